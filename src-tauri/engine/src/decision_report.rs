//! A decision as a report: who leads and how surely, the ranking, the matrix, the weights, what every number rests on,
//! and by which rules it was made. The report room knows how to write it; what it says is decided here.

use decision::problem::number_text;
use decision::{Answer, CellResult, CellState, Criterion, Decision, Kind};
use report::{Block, Cell, Column, Fact, Figure, NoticeKind, Report, Sheet, SheetCell, Table};

use crate::judged_grounds;
use crate::judging::Present;
use crate::series::{self, CHART_WIDTH, cell_words, flag_words};

/// The report. `made_at` is the time in words; `machine` is what the JSON format carries for programs.
pub(crate) fn report_of(
    decision: &Decision,
    answer: &Answer,
    present: &Present,
    made_at: String,
    machine: serde_json::Value,
) -> Report {
    let mut blocks = Vec::new();
    verdict(answer, &mut blocks);
    if !decision.context.trim().is_empty() {
        blocks.push(Block::heading(1, "Context"));
        blocks.push(Block::paragraph(decision.context.clone()));
    }
    ranking(decision, answer, &mut blocks);
    matrix(decision, answer, &mut blocks);
    criteria(decision, answer, &mut blocks);
    grounds(decision, answer, present, &mut blocks);
    if !decision.notes.trim().is_empty() {
        blocks.push(Block::heading(1, "Notes"));
        blocks.push(Block::paragraph(decision.notes.clone()));
    }
    rules(decision, answer, &mut blocks);
    Report {
        title: decision.topic.clone(),
        subtitle: format!(
            "{} options, {} criteria",
            decision.options.len(),
            decision.criteria.len()
        ),
        made_at,
        language: "en".into(),
        facts: facts(decision, answer, present),
        blocks,
        machine,
        sheet: sheet(decision, answer),
    }
}

fn facts(decision: &Decision, answer: &Answer, present: &Present) -> Vec<Fact> {
    let first = match (&answer.winner, &answer.close_race) {
        (Some(winner), None) => winner.clone(),
        (_, Some(race)) => format!("Close race between {}", race.rivals.join(", ")),
        (None, None) => "Not decided: nothing may be named first yet".into(),
    };
    let mut facts = vec![Fact::new("First", first)];
    if let Some(margin) = answer.margin {
        facts.push(Fact::new("Margin", format!("{margin:.2}")));
    }
    facts.push(Fact::new("Coverage", percent(answer.coverage)));
    facts.push(Fact::new("Method", method_words(decision, answer)));
    facts.extend(
        judged_grounds::judges(answer, present).map(|judges| Fact::new("Judged by", judges)),
    );
    facts
}

fn verdict(answer: &Answer, blocks: &mut Vec<Block>) {
    if let Some(race) = &answer.close_race {
        blocks.push(Block::notice(
            NoticeKind::Warning,
            format!("A close race. {}", race.because),
        ));
    }
    if let Some(flip) = &answer.smallest_flip {
        blocks.push(Block::paragraph(format!(
            "The smallest change that would move the first place: {flip}."
        )));
    }
    let missing = answer.cells.iter().filter(|cell| !settled(cell)).count();
    if missing > 0 {
        let words = format!(
            "{missing} of {} cells have no score, so the ranking is not final.",
            answer.cells.len()
        );
        blocks.push(Block::notice(NoticeKind::Warning, words));
    }
    for out in &answer.screened_out {
        blocks.push(Block::notice(
            NoticeKind::Info,
            format!("{} is screened out: {}", out.option, out.why),
        ));
    }
}

fn settled(cell: &CellResult) -> bool {
    matches!(cell.state, CellState::Scored | CellState::Abstained)
}

fn ranking(decision: &Decision, answer: &Answer, blocks: &mut Vec<Block>) {
    blocks.push(Block::heading(1, "Ranking"));
    let rows = answer
        .ranking
        .iter()
        .map(|ranked| {
            let score = ranked
                .score
                .map(|score| format!("{score:.2}"))
                .unwrap_or_default();
            let interval = ranked
                .interval
                .map(|[low, high]| format!("{low:.2}–{high:.2}"))
                .unwrap_or_default();
            let winner = answer.winner.as_ref() == Some(&ranked.option);
            vec![
                Cell::new(ranked.rank.to_string()),
                Cell {
                    emphasis: if winner {
                        report::Emphasis::Strong
                    } else {
                        report::Emphasis::None
                    },
                    ..Cell::header(ranked.option.clone())
                },
                Cell::new(score),
                Cell::new(interval),
                Cell::new(percent(ranked.coverage)),
            ]
        })
        .collect();
    blocks.push(Block::Table(Table {
        caption: "Options in order of their score. Equal scores share a rank.".into(),
        columns: vec![
            Column::numbers("Rank", None),
            Column::words("Option"),
            Column::numbers(series::measure(answer), None),
            Column::numbers("Possible with missing scores", None),
            Column::numbers("Coverage", None),
        ],
        rows,
    }));
    if !answer.ranking.is_empty() {
        blocks.push(Block::Chart(Figure::ranking(
            "What each criterion contributes",
            &series::ranking(decision, answer),
            CHART_WIDTH,
        )));
    }
}

fn matrix(decision: &Decision, answer: &Answer, blocks: &mut Vec<Block>) {
    blocks.push(Block::heading(1, "Scores"));
    blocks.push(Block::Chart(Figure::heat_map(
        "Options against criteria, weakest to strongest",
        &series::heat_map(decision, answer),
        CHART_WIDTH,
    )));
}

fn criteria(decision: &Decision, answer: &Answer, blocks: &mut Vec<Block>) {
    blocks.push(Block::heading(1, "Criteria and weights"));
    let rows = decision
        .criteria
        .iter()
        .map(|criterion| {
            let share = answer
                .weights
                .get(&criterion.id)
                .copied()
                .unwrap_or_default();
            vec![
                Cell::header(criterion.name.clone()),
                Cell::new(number_text(criterion.weight)),
                Cell::new(percent(share)),
                Cell::new(criterion.group.clone().unwrap_or_default()),
                Cell::new(how(decision, criterion)),
                Cell::new(
                    criterion
                        .must
                        .as_ref()
                        .map(ToString::to_string)
                        .unwrap_or_default(),
                ),
            ]
        })
        .collect();
    blocks.push(Block::Table(Table {
        caption: "Each criterion's weight and how its numbers count.".into(),
        columns: vec![
            Column::words("Criterion"),
            Column::numbers("Weight", None),
            Column::numbers("Share", None),
            Column::words("Group"),
            Column::words("How it counts"),
            Column::words("Must"),
        ],
        rows,
    }));
    for criterion in decision
        .criteria
        .iter()
        .filter(|criterion| !criterion.rubric.is_empty())
    {
        blocks.push(Block::heading(2, criterion.name.clone()));
        if !criterion.description.is_empty() {
            blocks.push(Block::paragraph(criterion.description.clone()));
        }
        let pairs = criterion
            .rubric
            .iter()
            .map(|(level, line)| Fact::new(level.to_string(), line.clone()))
            .collect();
        blocks.push(Block::KeyValues { pairs });
    }
}

fn how(decision: &Decision, criterion: &Criterion) -> String {
    let better = match criterion.direction {
        decision::Direction::Benefit => "more is better",
        decision::Direction::Cost => "less is better",
    };
    match criterion.kind {
        Kind::Measured => {
            let unit = if criterion.unit.is_empty() {
                String::new()
            } else {
                format!(" in {}", criterion.unit)
            };
            format!("Measured{unit}, {better}")
        }
        Kind::Judged => format!("Judged from {}, {better}", decision.scale),
        Kind::Manual => format!("Scored by hand from {}, {better}", decision.scale),
    }
}

/// What the numbers rest on: descriptions, notes, justifications and evidence, option by option.
fn grounds(decision: &Decision, answer: &Answer, present: &Present, blocks: &mut Vec<Block>) {
    let mut said = Vec::new();
    let width = decision.criteria.len().max(1);
    for (row, ((option, cells), results)) in decision
        .options
        .iter()
        .zip(&decision.cells)
        .zip(answer.cells.chunks(width))
        .enumerate()
    {
        let before = said.len();
        said.push(Block::heading(2, option.name.clone()));
        for text in [&option.description, &option.note] {
            if !text.trim().is_empty() {
                said.push(Block::paragraph(text.clone()));
            }
        }
        let mut pairs = Vec::new();
        for (column, ((criterion, cell), result)) in
            decision.criteria.iter().zip(cells).zip(results).enumerate()
        {
            let mut words: Vec<String> = Vec::new();
            let note = cell.note.trim();
            let said = result.justification.clone();
            words.extend(said.filter(|text| !text.is_empty() && text != note));
            words.extend((!note.is_empty()).then(|| note.to_owned()));
            let judged = present.judgement(row, column);
            words.extend(judged.map(|(row, _)| judged_grounds::words(result, row)));
            words.extend((!result.flags.is_empty()).then(|| flag_words(&result.flags)));
            if !words.is_empty() {
                let label = format!("{}: {}", criterion.name, shown(result));
                pairs.push(Fact::new(label, sentences(&words)));
            }
        }
        if !pairs.is_empty() {
            said.push(Block::KeyValues { pairs });
        }
        for evidence in &option.evidence {
            let about = evidence
                .criterion
                .as_ref()
                .and_then(|id| decision.criterion_index(id));
            let source = match about {
                Some(at) => format!("{}, on {}", evidence.source, decision.criteria[at].name),
                None => evidence.source.clone(),
            };
            said.push(Block::Quote {
                text: evidence.quote.clone(),
                source: Some(source),
            });
        }
        if said.len() == before + 1 {
            said.pop();
        }
    }
    if !said.is_empty() {
        blocks.push(Block::heading(1, "What the scores rest on"));
        blocks.append(&mut said);
    }
}

/// One after the other, each with an end of its own.
fn sentences(words: &[String]) -> String {
    let mut text = String::new();
    for words in words {
        let words = words.trim();
        if !text.is_empty() {
            text.push_str(if text.ends_with(['.', '!', '?', ':']) {
                " "
            } else {
                ". "
            });
        }
        text.push_str(words);
    }
    text
}

fn shown(result: &CellResult) -> String {
    match result.state {
        CellState::Scored => {
            let unit = if result.unit.is_empty() {
                String::new()
            } else {
                format!(" {}", result.unit)
            };
            format!("{}{unit}", cell_words(result))
        }
        CellState::Abstained => "abstained".into(),
        CellState::Pending => "no score".into(),
        CellState::Unparsed => "no score, the reply could not be read".into(),
        CellState::Failed => "no score, the call failed".into(),
        CellState::Cancelled => "no score, cancelled".into(),
        CellState::Stale => "stale, not ranked".into(),
    }
}

fn rules(decision: &Decision, answer: &Answer, blocks: &mut Vec<Block>) {
    blocks.push(Block::heading(1, "How it was ranked"));
    let mut items = vec![method_words(decision, answer)];
    items.push(match decision.missing {
        decision::MissingPolicy::Bounds => "A missing score counts once as the worst and once as the best, so a total is an interval.",
        decision::MissingPolicy::Renormalise => "A missing score counts for nothing: the weights of what is scored are rescaled.",
        decision::MissingPolicy::Neutral => "A missing score counts as the middle of the scale.",
        decision::MissingPolicy::Refuse => "Nothing is ranked while a score is missing.",
    }.to_owned());
    items.extend(answer.notes.iter().cloned());
    blocks.push(Block::List {
        ordered: false,
        items,
    });
}

fn method_words(decision: &Decision, answer: &Answer) -> String {
    let name = answer.method.as_str().replace('_', " ");
    match answer.normalisation {
        Some(normalisation) => format!("{name}, normalisation {normalisation}"),
        None => format!("{name} of values, on the scale {}", decision.scale),
    }
}

/// Options × criteria as numbers, with rank, score, interval and coverage before them.
fn sheet(decision: &Decision, answer: &Answer) -> Sheet {
    let mut columns: Vec<String> = ["Option", "Rank", "Score", "Lowest", "Highest", "Coverage"]
        .map(String::from)
        .to_vec();
    columns.extend(decision.criteria.iter().map(|criterion| {
        if criterion.unit.is_empty() {
            criterion.name.clone()
        } else {
            format!("{} ({})", criterion.name, criterion.unit)
        }
    }));
    let width = decision.criteria.len().max(1);
    let mut rows: Vec<(usize, Vec<SheetCell>)> = Vec::new();
    for (option, cells) in decision.options.iter().zip(answer.cells.chunks(width)) {
        let ranked = answer
            .ranking
            .iter()
            .find(|ranked| ranked.option_id == option.id);
        let interval = ranked.and_then(|ranked| ranked.interval);
        let mut row = vec![
            SheetCell::Text(option.name.clone()),
            ranked.map_or_else(
                || SheetCell::Text("screened out".into()),
                |ranked| SheetCell::Number(count(ranked.rank)),
            ),
            ranked.and_then(|ranked| ranked.score).into(),
            interval.map(|[low, _]| low).into(),
            interval.map(|[_, high]| high).into(),
            ranked.map(|ranked| ranked.coverage).into(),
        ];
        row.extend(
            cells
                .iter()
                .map(|cell| match (cell.raw.or(cell.score), cell.state) {
                    (Some(number), CellState::Scored) => SheetCell::Number(number),
                    (_, CellState::Abstained) => SheetCell::Text("abstain".into()),
                    _ => SheetCell::Empty,
                }),
        );
        rows.push((ranked.map_or(usize::MAX, |ranked| ranked.rank), row));
    }
    rows.sort_by_key(|(rank, _)| *rank);
    Sheet {
        columns,
        rows: rows.into_iter().map(|(_, row)| row).collect(),
    }
}

#[allow(
    clippy::cast_precision_loss,
    reason = "a rank is at most a few thousand"
)]
fn count(rank: usize) -> f64 {
    rank as f64
}

fn percent(share: f64) -> String {
    format!("{:.0}%", share * 100.0)
}
