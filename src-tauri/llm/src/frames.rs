//! Bytes in any pieces in, whole frames out: lines of newline-delimited JSON, and the data of server-sent events. Each byte
//! is looked at once for its line end, however it is cut; what is inside a frame is not known here.

use crate::error::LlmError;

/// The longest single frame.
pub(crate) const FRAME_BYTES: usize = 8_000_000;

/// Cuts a stream of bytes into lines.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    /// The beginning of a line whose end has not come yet.
    begun: Vec<u8>,
}

impl Lines {
    /// Calls `each` with every line that ends in `piece`, without its `\n` or `\r\n`.
    pub(crate) fn feed(
        &mut self,
        mut piece: &[u8],
        mut each: impl FnMut(&[u8]) -> Result<(), LlmError>,
    ) -> Result<(), LlmError> {
        while let Some(end) = memchr::memchr(b'\n', piece) {
            let line = &piece[..end];
            piece = &piece[end + 1..];
            if self.begun.is_empty() {
                each(without_return(line))?;
            } else {
                self.keep(line)?;
                let whole = std::mem::take(&mut self.begun);
                let result = each(without_return(&whole));
                // The room is kept for the next line that comes in pieces.
                self.begun = whole;
                self.begun.clear();
                result?;
            }
        }
        self.keep(piece)
    }

    /// The last line, when the stream ended without a line end.
    pub(crate) fn rest(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.begun)
    }

    fn keep(&mut self, part: &[u8]) -> Result<(), LlmError> {
        if self.begun.len() + part.len() > FRAME_BYTES {
            return Err(LlmError::TooLarge { limit: FRAME_BYTES });
        }
        self.begun.extend_from_slice(part);
        Ok(())
    }
}

fn without_return(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// Takes the data out of server-sent events.
#[derive(Debug, Default)]
pub(crate) struct Events {
    lines: Lines,
    event: Event,
}

#[derive(Debug, Default)]
struct Event {
    data: Vec<u8>,
    /// A data line was seen since the last event went out.
    begun: bool,
}

impl Events {
    /// Calls `each` with the data of every event that ends in `piece`. Several `data:` lines of one event are joined by a
    /// line end, as the standard says; comments and other fields are skipped, but for the `error:` of older llama.cpp.
    pub(crate) fn feed(
        &mut self,
        piece: &[u8],
        mut each: impl FnMut(&[u8]) -> Result<(), LlmError>,
    ) -> Result<(), LlmError> {
        let Self { lines, event } = self;
        lines.feed(piece, |line| event.line(line, &mut each))
    }

    /// The end of the stream: an event whose blank line is missing still counts.
    pub(crate) fn end(
        &mut self,
        mut each: impl FnMut(&[u8]) -> Result<(), LlmError>,
    ) -> Result<(), LlmError> {
        let rest = self.lines.rest();
        self.event.line(without_return(&rest), &mut each)?;
        self.event.send(&mut each)
    }
}

impl Event {
    fn line(
        &mut self,
        line: &[u8],
        each: &mut impl FnMut(&[u8]) -> Result<(), LlmError>,
    ) -> Result<(), LlmError> {
        if line.is_empty() {
            return self.send(each);
        }
        let Some(data) = line
            .strip_prefix(b"data:")
            .or_else(|| line.strip_prefix(b"error:"))
        else {
            return Ok(());
        };
        let data = data.strip_prefix(b" ").unwrap_or(data);
        if self.begun {
            self.data.push(b'\n');
        }
        if self.data.len() + data.len() > FRAME_BYTES {
            return Err(LlmError::TooLarge { limit: FRAME_BYTES });
        }
        self.begun = true;
        self.data.extend_from_slice(data);
        Ok(())
    }

    fn send(
        &mut self,
        each: &mut impl FnMut(&[u8]) -> Result<(), LlmError>,
    ) -> Result<(), LlmError> {
        if !self.begun {
            return Ok(());
        }
        self.begun = false;
        let result = each(&self.data);
        self.data.clear();
        result
    }
}
