//! A desk to test at: a display of its own (Xvfb), WebKit's driver, and Ponder's real window on a history of its own.
//! Nothing is shared with the machine's user or with another test: home, data folder, display and ports are new each time.
#![allow(dead_code, reason = "each test file uses its own part of the desk")]

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fantoccini::elements::Element;
use fantoccini::key::Key;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

use crate::screen::Screen;

/// How long anything may take to appear. Only a failing test waits as long.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often something outside the page is looked at again.
const LOOK_AGAIN: Duration = Duration::from_millis(15);
const PONDER: &str = env!("CARGO_BIN_EXE_ponder");

/// A process that is ended with the desk.
struct Owned(Child);

impl Drop for Owned {
    fn drop(&mut self) {
        crate::screen::end_tree(self.0.id());
        let _ = self.0.wait();
    }
}

/// A display, a driver and a home.
pub struct Desk {
    // Dropped in this order: the driver and its windows go before their display.
    _driver: Owned,
    port: u16,
    screen: Screen,
    home: tempfile::TempDir,
}

impl Desk {
    /// Sets up a desk with a screen of 1920 × 1080.
    pub fn new() -> Self {
        Self::with(&[])
    }

    /// A desk whose window is started with these environment variables besides.
    pub fn with(variables: &[(&str, &str)]) -> Self {
        let home = tempfile::tempdir().unwrap();
        let screen = Screen::new();
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let driver = screen
            .command("WebKitWebDriver", home.path())
            .arg(format!("--port={port}"))
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .envs(variables.iter().copied())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("WebKitWebDriver is installed by `make setup`");
        let desk = Self {
            _driver: Owned(driver),
            port,
            screen,
            home,
        };
        until("WebKitWebDriver listens", || {
            TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
        desk
    }

    /// A command at this desk, e.g. xdotool.
    pub fn command(&self, program: &str) -> Command {
        self.screen.command(program, self.home.path())
    }

    /// What a command at this desk prints.
    pub fn output(&self, program: &str, arguments: &[&str]) -> Vec<u8> {
        let output = self.command(program).args(arguments).output().unwrap();
        assert!(
            output.status.success(),
            "{program}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        output.stdout
    }

    /// Puts a text on the desk's clipboard, as another program would.
    pub fn copy(&self, text: &str) {
        use std::io::Write;
        let mut xclip = self
            .command("xclip")
            .args(["-selection", "clipboard", "-in"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("xclip is installed by `make setup`");
        xclip
            .stdin
            .take()
            .unwrap()
            .write_all(text.as_bytes())
            .unwrap();
        // It stays behind to answer whoever pastes, and ends with the display.
        assert!(xclip.wait().unwrap().success());
    }

    /// What lies on the clipboard in this format.
    pub fn clipboard(&self, format: &str) -> Vec<u8> {
        self.output(
            "xclip",
            &["-selection", "clipboard", "-out", "-target", format],
        )
    }

    /// Presses keys in a window of another title than Ponder's own, e.g. the system's file dialog.
    pub fn keys_in(&self, title: &str, keys: &[&[&str]]) {
        let id = self.on_screen(title);
        self.output("xdotool", &["windowfocus", "--sync", &id]);
        for press in keys {
            self.output("xdotool", press);
        }
    }

    /// Gives the window another size. Not asked of the driver, which waits for ever where the window has it already.
    pub async fn resize(&self, window: &Window, width: u32, height: u32) {
        let id = self.on_screen("Ponder$");
        self.output(
            "xdotool",
            &["windowsize", &id, &width.to_string(), &height.to_string()],
        );
        let sized = format!("innerWidth === {width} && innerHeight === {height}");
        window
            .until(&format!("the window is {width} × {height}"), &sized)
            .await;
    }

    /// Closes the window as its user does, and waits until the program has ended. The driver's own close would kill it.
    pub async fn close(&self, window: Window) {
        let id = self.on_screen("Ponder$");
        self.screen.ask_to_close(id.parse().unwrap());
        until("the program has ended", || window.processes().is_empty());
        window.forget().await;
    }

    /// The window of this title, once it is on the screen. Of several the lowest: a tooltip is a window too.
    fn on_screen(&self, title: &str) -> String {
        let mut found = String::new();
        until(&format!("a window called {title}"), || {
            let search = ["search", "--onlyvisible", "--name", title];
            let output = self.command("xdotool").args(search).output().unwrap();
            let windows = String::from_utf8(output.stdout).unwrap();
            found = windows.lines().next().unwrap_or_default().to_owned();
            !found.is_empty()
        });
        found
    }

    /// A path in the desk's home.
    pub fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Writes a file into the desk's home.
    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// The folder of the history.
    pub fn data(&self) -> PathBuf {
        self.path("history")
    }

    /// The same history through an engine of another process' kind: what the window does not know of.
    pub fn engine(&self) -> engine::Engine {
        engine::Engine::open(engine::Config::for_terminal(Some(self.data()))).unwrap()
    }

    /// Opens Ponder's window, on a file when one is given, and waits until the page is ready.
    pub async fn open(&self, file: Option<&Path>) -> Window {
        let mut arguments = vec!["--data-dir".to_owned(), self.data().display().to_string()];
        arguments.extend(file.map(|file| file.display().to_string()));
        let capabilities =
            json!({ "webkitgtk:browserOptions": { "binary": PONDER, "args": arguments } });
        let Value::Object(capabilities) = capabilities else {
            unreachable!()
        };
        let address = format!("http://127.0.0.1:{}", self.port);
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let session = builder.capabilities(capabilities).connect(&address);
        let client = in_time("a window", session).await.unwrap();
        let mut window = Window {
            client,
            data: self.data(),
            display: self.screen.display().to_owned(),
            on_screen: 0,
        };
        window
            .find_css("[data-testid=topic], [data-testid=new-decision]")
            .await;
        window.on_screen = self.on_screen("Ponder$").parse().unwrap();
        window
    }
}

/// Waits until something outside the page is so.
pub fn until(what: &str, mut so: impl FnMut() -> bool) {
    let limit = Instant::now() + PATIENCE;
    while !so() {
        assert!(Instant::now() < limit, "waited in vain: {what}");
        std::thread::sleep(LOOK_AGAIN);
    }
}

/// A driver that lost its window answers nothing, so nothing is asked of it without a limit.
async fn in_time<T>(what: &str, answer: impl Future<Output = T>) -> T {
    match tokio::time::timeout(2 * PATIENCE, answer).await {
        Ok(answer) => answer,
        Err(_) => panic!("the driver gave no answer: {what}"),
    }
}

/// Ponder's window under test.
pub struct Window {
    /// The WebDriver session.
    pub client: Client,
    data: PathBuf,
    display: String,
    on_screen: u32,
}

impl Window {
    /// Waits for the element with this `data-testid`.
    pub async fn find(&self, testid: &str) -> Element {
        self.find_css(&format!("[data-testid=\"{testid}\"]")).await
    }

    /// Waits for the first element that a CSS selector finds.
    pub async fn find_css(&self, css: &str) -> Element {
        match self
            .client
            .wait()
            .at_most(PATIENCE)
            .every(LOOK_AGAIN)
            .for_element(Locator::Css(css))
            .await
        {
            Ok(element) => element,
            Err(error) => panic!("{css} did not appear: {error}\n{}", self.text().await),
        }
    }

    /// Waits until a script says `true`. The script is an expression; `all(testid)` and `one(testid)` find elements.
    pub async fn until(&self, what: &str, expression: &str) {
        let limit = Instant::now() + PATIENCE;
        while self.ask(expression).await != Value::Bool(true) {
            assert!(
                Instant::now() < limit,
                "waited in vain: {what}\n{expression}\n{}",
                self.text().await
            );
            self.frame().await;
        }
    }

    /// Waits until the element with this `data-testid` says these words.
    pub async fn says(&self, testid: &str, words: &str) {
        let expression = format!(
            "all({testid:?}).some((e) => (e.innerText + (e.value ?? '')).includes({words:?}))"
        );
        self.until(&format!("{testid} says {words}"), &expression)
            .await;
    }

    /// Waits until no element with this `data-testid` is there.
    pub async fn gone(&self, testid: &str) {
        self.until(
            &format!("{testid} is gone"),
            &format!("all({testid:?}).length === 0"),
        )
        .await;
    }

    /// Waits until the step that undo would take back is called so: what made it is then on disk.
    pub async fn saved(&self, step: &str) {
        let expression = format!("one('undo')?.getAttribute('aria-label').includes({step:?})");
        self.until(&format!("{step} is saved"), &expression).await;
    }

    /// Waits until the cursor of the table stands there; names are in row or column 0, as for a screen reader.
    pub async fn cursor_at(&self, row: u32, column: u32) {
        let expression = format!(
            "((cell) => cell?.ariaColIndex === '{}' && cell.closest('[role=row]').ariaRowIndex === '{}')
             (document.querySelector('[data-testid=grid] [data-active]'))",
            column + 1,
            row + 1
        );
        self.until(
            &format!("the cursor is in row {row}, column {column}"),
            &expression,
        )
        .await;
    }

    /// What an expression in the page gives; `all(testid)` and `one(testid)` find elements.
    pub async fn ask(&self, expression: &str) -> Value {
        let script = format!(
            "const all = (id) => [...document.querySelectorAll(`[data-testid=\"${{id}}\"]`)];
             const one = (id) => all(id)[0];
             return ({expression});"
        );
        match in_time(expression, self.client.execute(&script, vec![])).await {
            Ok(value) => value,
            Err(error) => panic!("{expression}: {error}"),
        }
    }

    /// The text or the value of each element with this `data-testid`.
    pub async fn texts(&self, testid: &str) -> Vec<String> {
        let found = self
            .ask(&format!(
                "all({testid:?}).map((e) => e.value ?? e.innerText)"
            ))
            .await;
        serde_json::from_value(found).unwrap()
    }

    /// The text or the value of the first element with this `data-testid`.
    pub async fn value(&self, testid: &str) -> String {
        self.find(testid).await;
        self.texts(testid).await.swap_remove(0)
    }

    /// Waits for two animation frames: before that a screenshot shows the old page.
    pub async fn frame(&self) {
        let script = "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done(1)))";
        in_time(
            "an animation frame",
            self.client.execute_async(script, vec![]),
        )
        .await
        .unwrap();
    }

    /// Everything the page says.
    pub async fn text(&self) -> String {
        self.ask("document.body.innerText")
            .await
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    /// Types into whatever has the focus. [`Key`]s go in by their characters; a modifier holds to the end of `keys`.
    pub async fn type_keys(&self, keys: &str) {
        self.client
            .active_element()
            .await
            .unwrap()
            .send_keys(keys)
            .await
            .unwrap();
    }

    /// Presses one key, e.g. Enter.
    pub async fn press(&self, key: Key) {
        self.type_keys(&char::from(key).to_string()).await;
    }

    /// Presses a key while Control is held.
    pub async fn control(&self, key: &str) {
        self.type_keys(&(Key::Control + key)).await;
    }

    /// Clicks on the element with this `data-testid`.
    pub async fn click(&self, testid: &str) {
        self.find(testid).await.click().await.unwrap();
    }

    /// Clicks in the page itself on what an expression finds, where no pointer could: out of sight, or under a tooltip.
    pub async fn press_button(&self, expression: &str) {
        self.until(expression, &format!("Boolean({expression})"))
            .await;
        self.ask(&format!("{expression}.click()")).await;
    }

    /// Puts the focus on the element with this `data-testid`.
    pub async fn focus(&self, testid: &str) {
        self.find(testid).await;
        self.ask(&format!("one({testid:?}).focus()")).await;
    }

    /// Puts a text into a field and leaves it, which saves it.
    pub async fn fill(&self, testid: &str, text: &str) {
        self.focus(testid).await;
        self.ask(&format!("one({testid:?}).select()")).await;
        self.type_keys(text).await;
        self.ask(&format!("one({testid:?}).blur()")).await;
    }

    /// Keeps a picture under test-results/ for whoever wants to look.
    pub async fn picture(&self, name: &str) {
        self.frame().await;
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("test-results/window");
        std::fs::create_dir_all(&folder).unwrap();
        let picture = crate::screen::picture(&self.display, self.on_screen);
        std::fs::write(folder.join(format!("{name}.png")), picture).unwrap();
    }

    /// Ends the process at once, as a crash or a power cut would.
    pub async fn kill(self) {
        let processes = self.processes();
        assert_eq!(processes.len(), 1, "one window to kill");
        assert!(
            Command::new("kill")
                .args(["-9", &processes[0]])
                .status()
                .unwrap()
                .success()
        );
        until("the window is dead", || self.processes().is_empty());
        self.forget().await;
    }

    /// Ends the driver's session with a window that is gone: it can only fail, and the driver takes no other before.
    async fn forget(self) {
        let _ = in_time("the end of the session", self.client.close()).await;
    }

    /// Ponder's processes on this desk's history.
    fn processes(&self) -> Vec<String> {
        let data = self.data.display().to_string();
        let all = std::fs::read_dir("/proc").unwrap().flatten();
        all.filter(|entry| {
            let line = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
            let line = String::from_utf8_lossy(&line);
            line.starts_with(PONDER) && line.contains(&data)
        })
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect()
    }
}
