//! Tables as people bring them: what is understood, and what is refused with which words and where.
#![allow(
    clippy::unwrap_used,
    reason = "a test helper may fail its test; clippy.toml allows it in #[test] only"
)]

use import::table::{Direction, Hints, Table, read_delimited, read_pasted};
use import::{DecimalMark, ImportProblem, ProblemCode, text};

fn read(text: &str) -> Result<Table, Vec<ImportProblem>> {
    read_delimited(text, &Hints::default())
}

/// Every cell as `text=number`, a missing cell as `_`, rows apart by `/`.
fn shown(table: &Table) -> String {
    let cell = |cell: &Option<import::table::CellText>| match cell {
        None => "_".to_owned(),
        Some(cell) => cell.number.map_or(cell.text.clone(), |number| {
            format!("{}={number}", cell.text)
        }),
    };
    let row = |row: &Vec<_>| row.iter().map(cell).collect::<Vec<_>>().join(" ");
    table.cells.iter().map(row).collect::<Vec<_>>().join(" / ")
}

#[test]
fn a_plain_table_gives_options_criteria_and_cells() {
    let table =
        read("Option,Cost,Ease\nweight,3,1\ndirection,min,max\nunit,EUR,\nA,120,4\nB,,abstain\n")
            .unwrap();
    assert_eq!(table.options, ["A", "B"]);
    let cost = &table.criteria[0];
    assert_eq!(
        (cost.name.as_str(), cost.weight, cost.direction),
        ("Cost", Some(3.0), Some(Direction::Cost))
    );
    assert_eq!((cost.unit.as_deref(), cost.numeric), (Some("EUR"), true));
    assert_eq!(
        (
            table.criteria[1].direction,
            table.criteria[1].unit.as_deref()
        ),
        (Some(Direction::Benefit), None)
    );
    assert_eq!(shown(&table), "120=120 4=4 / _ abstain");
    assert_eq!(table.notices, [] as [&str; 0]);
}

#[test]
fn special_rows_are_optional_and_stand_in_any_order() {
    for text in [
        "o,c\nUnits,ms\nDIRECTIONS,lower is better\nWeights:,2\nA,1\n",
        "o,c\ndirection,-\nweight,2\nunit,ms\n\nA,1\n",
    ] {
        let table = read(text).unwrap();
        let criterion = &table.criteria[0];
        assert_eq!(criterion.weight, Some(2.0));
        assert_eq!(
            (criterion.direction, criterion.unit.as_deref()),
            (Some(Direction::Cost), Some("ms"))
        );
        assert_eq!(table.options, ["A"]);
    }
    let bare = read("o,c\nA,1\n").unwrap();
    assert_eq!(
        (bare.criteria[0].weight, bare.criteria[0].direction),
        (None, None)
    );
}

#[test]
fn decimal_marks_are_understood_by_column_and_what_was_inferred_is_said() {
    let cases = [
        (
            "o;c\nA;1,5\nB;2,5\n",
            "1,5=1.5 / 2,5=2.5",
            Some("Decimal commas"),
        ),
        (
            "o;c;d\nA;1,5;1,234\n",
            "1,5=1.5 1,234=1.234",
            Some("as the other columns are written"),
        ),
        (
            "o;c\nA;1,234\nB;2,5\n",
            "1,234=1.234 / 2,5=2.5",
            Some("because \"2,5\" in B3 has a decimal comma"),
        ),
        (
            "o;c\nA;1,234\nB;99.5\n",
            "1,234=1234 / 99.5=99.5",
            Some("because \"99.5\" in B3 has a decimal point"),
        ),
        (
            "o,c\nA,\"1,234\"\nB,99.5\n",
            "1,234=1234 / 99.5=99.5",
            Some("because"),
        ),
        ("o,c\nA,1.234\n", "1.234=1.234", Some("separated by commas")),
        (
            "o\tc\nA\t1.234,50\n",
            "1.234,50=1234.5",
            Some("Decimal commas"),
        ),
        (
            "o\tc\nA\t1 234,5\nB\t7\n",
            "1 234,5=1234.5 / 7=7",
            Some("Decimal commas"),
        ),
        ("o,c\nA,0.123\n", "0.123=0.123", None),
        ("o,c\nA,1200\n", "1200=1200", None),
        (
            "o;c\nweight;2,5\nA;1,234\n",
            "1,234=1.234",
            Some("as the other columns are written"),
        ),
    ];
    for (text, cells, notice) in cases {
        let table = read(text).unwrap_or_else(|problems| panic!("{text:?}: {problems:?}"));
        assert_eq!(shown(&table), cells, "{text:?}");
        match notice {
            Some(notice) => assert!(
                table.notices.iter().any(|n| n.contains(notice)),
                "{text:?}: {:?}",
                table.notices
            ),
            None => assert_eq!(table.notices, [] as [&str; 0], "{text:?}"),
        }
    }
}

#[test]
fn an_undecidable_number_is_refused_unless_the_user_decides() {
    for text in [
        "o;c\nA;1,234\nB;5\n",
        "o;c\nA;1.234\n",
        "o\tc\nA\t1.234\n",
        "o,c\nA,\"1,234\"\n",
    ] {
        let problems = read(text).unwrap_err();
        assert_eq!(problems[0].code, ProblemCode::AmbiguousNumber, "{text:?}");
        assert!(
            problems[0].message.contains("1234 or 1.234"),
            "{}",
            problems[0].message
        );
        let said = |decimal| Hints {
            decimal: Some(decimal),
            ..Hints::default()
        };
        let number = |decimal| {
            read_delimited(text, &said(decimal)).unwrap().cells[0][0]
                .clone()
                .unwrap()
                .number
        };
        let mut numbers = [
            number(DecimalMark::Point).unwrap(),
            number(DecimalMark::Comma).unwrap(),
        ];
        numbers.sort_by(f64::total_cmp);
        assert_eq!(numbers, [1.234, 1234.0]);
    }
    let mended = read("o;c\nA;1,2340\nB;5\n").unwrap();
    assert_eq!(
        shown(&mended),
        "1,2340=1.234 / 5=5",
        "the way out that the message names"
    );
}

#[test]
fn a_unit_in_the_cells_is_taken_when_all_agree() {
    let table = read("o,c,d\nA,€120,10 %\nB,99.50,7%\n").unwrap();
    let units: Vec<_> = table.criteria.iter().map(|c| c.unit.as_deref()).collect();
    assert_eq!(units, [Some("€"), Some("%")]);
    assert_eq!(shown(&table), "€120=120 10 %=10 / 99.50=99.5 7%=7");
    assert_eq!(
        table.notices,
        [
            "The unit of column \"c\" is taken from its cells: \"€\", also for those that have none.",
            "The unit of column \"d\" is taken from its cells: \"%\".",
        ]
    );
}

#[test]
fn cells_in_different_units_are_never_compared() {
    let cases = [
        (
            "o,c\nA,120 ms\nB,2 s\n",
            "B3: \"2 s\" is in \"s\", but B2 says \"ms\". Give the whole of column \"c\" one unit.",
        ),
        (
            "o,c\nunit,ms\nA,120\nB,2 s\n",
            "B4: \"2 s\" is in \"s\", but the unit row says \"ms\".",
        ),
        // 0.3 may be 0.3% or 30%.
        (
            "o,c\nA,45%\nB,0.3\n",
            "B3: \"0.3\" has no unit, but B2 says \"%\".",
        ),
    ];
    for (text, message) in cases {
        let problems = read(text).unwrap_err();
        assert_eq!(problems[0].code, ProblemCode::MixedUnits);
        assert!(
            problems[0].message.starts_with(message),
            "{}",
            problems[0].message
        );
    }
    let declared = read("o,c\nunit,%\nA,45%\nB,0.3\n").unwrap();
    assert_eq!(shown(&declared), "45%=45 0.3=0.3".replace(' ', " / "));
}

#[test]
fn words_for_missing_are_read_as_missing_and_said() {
    let table = read("o,c\nA,1\nB,n/a\nC,-\nD,\n").unwrap();
    assert_eq!(shown(&table), "1=1 / _ / _ / _");
    assert_eq!(
        table.notices,
        ["Read as missing: \"n/a\" in B3, \"-\" in B4."]
    );
}

#[test]
fn a_column_of_texts_keeps_its_texts_and_gives_no_numbers() {
    let table = read("o,notes,c\nA,\"fast, but loud\",1\nB,none,2\nC,3 of 4 pilots,3\n").unwrap();
    assert!(!table.criteria[0].numeric && table.criteria[1].numeric);
    assert_eq!(table.cells[1][0].as_ref().unwrap().text, "none");
    assert_eq!(table.cells[2][0].as_ref().unwrap().number, None);
    assert_eq!(
        table.notices,
        ["Column \"notes\" holds texts: no numbers are read from it."]
    );
}

#[test]
fn a_table_that_may_be_of_another_kind_is_read_with_a_doubt() {
    let cases = [
        (
            "Criterion,X,Y\nCost,1,2\n",
            "If they are criteria, transpose the table.",
        ),
        (
            "Cost,Ease\n5,4\n3,2\n",
            "The options are named by numbers (\"5\", …)",
        ),
    ];
    for (text, doubt) in cases {
        let table = read(text).unwrap();
        assert!(
            table.notices.iter().any(|notice| notice.contains(doubt)),
            "{:?}",
            table.notices
        );
    }
}

#[test]
fn a_markdown_table_is_read_like_any_other() {
    let table =
        read_pasted("| Option | Cost |\n|---|---:|\n| weight | 2 |\n| A | 1,5 |\n| B | |\n")
            .unwrap();
    assert_eq!(table.options, ["A", "B"]);
    assert_eq!(
        (table.criteria[0].weight, shown(&table).as_str()),
        (Some(2.0), "1,5=1.5 / _")
    );
    let problems = read_pasted("| o | c |\n|---|---|\n| A |\n| B | 1 | 2 |\n").unwrap_err();
    let messages: Vec<&str> = problems.iter().map(|p| p.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "row 2 (line 3): the row has 1 cell, the header has 2.",
            "row 3 (line 4): the row has 3 cells, the header has 2."
        ]
    );
}

#[test]
fn formulas_and_markup_in_names_stay_literal() {
    let table =
        read("o,<b>Cost</b>,\"=HYPERLINK(\"\"x\"\")\"\n=SUM(A1:A9),1,2\n@cmd,3,4\n").unwrap();
    assert_eq!(table.options, ["=SUM(A1:A9)", "@cmd"]);
    assert_eq!(table.criteria[0].name, "<b>Cost</b>");
    assert_eq!(table.criteria[1].name, "=HYPERLINK(\"x\")");
}

#[test]
fn a_heading_broken_into_lines_becomes_one_line() {
    let table = read("o,\"Monthly\ncost\"\nA,1\n").unwrap();
    assert_eq!(table.criteria[0].name, "Monthly cost");
}

#[test]
fn a_windows_1252_file_with_semicolons_and_commas_is_read() {
    let bytes = b"Standort;Miete;N\xE4he zur Bahn\r\nweight;2,5;1\r\nunit;\x80;min\r\nK\xF6ln;1.250,50;7\r\nM\xFCnchen;1.980,00;4\r\n";
    let decoded = text::decode(bytes).unwrap();
    let table = read(&decoded.text).unwrap();
    assert_eq!(table.options, ["Köln", "München"]);
    assert_eq!(table.criteria[1].name, "Nähe zur Bahn");
    assert_eq!(
        (table.criteria[0].weight, table.criteria[0].unit.as_deref()),
        (Some(2.5), Some("€"))
    );
    assert_eq!(shown(&table), "1.250,50=1250.5 7=7 / 1.980,00=1980 4=4");
}

#[test]
fn a_paste_from_a_spreadsheet_is_read_by_its_tabs() {
    let table =
        read_pasted("\tCost, EUR\tEase\r\nA; Inc.\t1,5\t\r\n\"B\nLtd\"\t2,5\t3\r\n").unwrap();
    assert_eq!(table.options, ["A; Inc.", "B Ltd"]);
    assert_eq!(shown(&table), "1,5=1.5 _ / 2,5=2.5 3=3");
}

#[test]
fn each_trap_is_refused_with_its_place_and_what_is_allowed() {
    let long = "x".repeat(201);
    let many_words = format!("o,c\n{long},1\n");
    let cases: [(&str, ProblemCode, &str); 30] = [
        ("o,a\n", ProblemCode::NoOptions, "There is no option"),
        (
            "o,a\nweight,1\n",
            ProblemCode::NoOptions,
            "There is no option",
        ),
        (
            "o\nA\n",
            ProblemCode::NoCriteria,
            "row 1: there is only one column (\"o\")",
        ),
        (
            "o,,\nA,,\n",
            ProblemCode::NoCriteria,
            "row 1: there is only one column",
        ),
        (
            "o,a\nA,1,2\n",
            ProblemCode::RaggedRow,
            "row 2: the row has 3 cells, the header has 2.",
        ),
        (
            "o,a,b\nA,1\n",
            ProblemCode::RaggedRow,
            "row 2: the row has 2 cells, the header has 3.",
        ),
        (
            "o,a,A \nX,1,2\n",
            ProblemCode::DuplicateCriterion,
            "C1: \"A\" is the name of the criterion in B1 too",
        ),
        (
            "o,a\nX,1\n x ,2\n",
            ProblemCode::DuplicateOption,
            "A3: \"x\" is the name of the option in A2 too",
        ),
        ("o,a\nÖl,1\nöl,2\n", ProblemCode::DuplicateOption, "A3: "),
        (
            "o,a,,b\nX,1,2,3\n",
            ProblemCode::EmptyHeader,
            "C1: this column has no name, but holds \"2\" in C2",
        ),
        (
            "o,a\nX,1\n,2\n",
            ProblemCode::EmptyOptionName,
            "A3: this row has no name, but holds \"2\"",
        ),
        (
            "o,a\nX,1\nY,2\nZ,cheap\n",
            ProblemCode::NotANumber,
            "B4: \"cheap\" is not a number, but column \"a\"",
        ),
        (
            "o,a\nX,1\nY,NaN\n",
            ProblemCode::NotFinite,
            "B3: \"NaN\" is not a finite number",
        ),
        ("o,a\nX,1\nY,-inf\n", ProblemCode::NotFinite, "B3: "),
        ("o,a\nX,1\nY,1e999\n", ProblemCode::NotFinite, "B3: "),
        ("o,a\nX,1\nY,#DIV/0!\n", ProblemCode::NotANumber, "B3: "),
        (
            "o;a\nX;1,5\nY;2.5\n",
            ProblemCode::MixedDecimals,
            "B2: \"1,5\" has a decimal comma and \"2.5\" in B3",
        ),
        (
            "o,a\nweight,-1\nX,1\n",
            ProblemCode::BadWeight,
            "B2: the weight \"-1\" is not a number of 0 or more",
        ),
        ("o,a\nweight,high\nX,1\n", ProblemCode::BadWeight, "B2: "),
        ("o,a\nweight,NaN\nX,1\n", ProblemCode::BadWeight, "B2: "),
        ("o,a\nweight,inf\nX,1\n", ProblemCode::BadWeight, "B2: "),
        (
            "o,a\ndirection,sideways\nX,1\n",
            ProblemCode::BadDirection,
            "B2: \"sideways\" is no direction. Allowed are",
        ),
        (
            "o,a\nweight,1\nweights,2\nX,1\n",
            ProblemCode::DuplicateSpecialRow,
            "A3: a second weight row; the first is row 2",
        ),
        (
            "o,a\nX,1\nweight,2\n",
            ProblemCode::MisplacedSpecialRow,
            "A3: a weight row must stand above the first option (A2)",
        ),
        (
            "A,1,2\nB,3,4\n",
            ProblemCode::HeaderIsNumbers,
            "row 1: the first row must name the criteria",
        ),
        (
            &many_words,
            ProblemCode::NameTooLong,
            "A2: the name of the option has 201 characters, and at most 200",
        ),
        (
            "o,a\nX\u{7}Y,1\n",
            ProblemCode::BadName,
            "A2: the name of the option",
        ),
        (
            "o,a\n\"X,1\nY,2\n",
            ProblemCode::UnclosedQuote,
            "A2: a quote",
        ),
        ("", ProblemCode::Empty, "There is nothing in it"),
        (",,\n , \n", ProblemCode::Empty, "There is nothing in it"),
    ];
    for (text, code, message) in cases {
        let problems = read(text).expect_err(text);
        assert_eq!(problems[0].code, code, "{text:?}: {problems:?}");
        assert!(
            problems[0].message.starts_with(message),
            "{text:?}: {}",
            problems[0].message
        );
        assert_eq!(problems.len(), 1, "one mistake, one problem: {problems:?}");
    }
}

#[test]
fn all_problems_are_collected_in_reading_order() {
    let problems =
        read("o,a,A,b\nweight,-1,1,1\nX,1,2,3\nx,1,2,3\nY,1,2\nZ,1,2,oops\n").unwrap_err();
    let places: Vec<String> = problems
        .iter()
        .filter_map(|p| p.place.map(|place| place.a1()))
        .collect();
    assert_eq!(places, ["C1", "B2", "A4", "row 5", "D6"]);
}

#[test]
fn a_line_is_named_beside_the_row_when_quoted_cells_made_them_differ() {
    let problems = read("o,a\n\"X\nY\",1\nZ,2\nZ,3\n").unwrap_err();
    assert!(
        problems[0].message.starts_with("A4 (line 5): "),
        "{}",
        problems[0].message
    );
}

#[test]
fn names_of_ten_megabytes_are_refused_with_a_short_echo() {
    let huge = "n".repeat(10 * 1024 * 1024);
    let large = &huge[..100_000];
    let cases = [
        (format!("o,a\n{huge},1\n"), ProblemCode::NameTooLong),
        (format!("o,{large}\nA,1\n"), ProblemCode::NameTooLong),
        (format!("o,a\nunit,{large}\nA,1\n"), ProblemCode::BadUnit),
        (format!("o,a\nA,1\nB,{large}\n"), ProblemCode::CellTooLong),
    ];
    for (text, code) in cases {
        let problems = read(&text).unwrap_err();
        assert!(
            problems.iter().any(|problem| problem.code == code),
            "{problems:?}"
        );
        for problem in problems {
            assert!(problem.message.len() < 250, "{}", problem.message.len());
            assert!(problem.found.is_none_or(|found| found.len() < 100));
        }
    }
}
