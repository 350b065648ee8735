//! What is wrong with a file is said all at once, with field, line, what was found and what is allowed; nothing is bent into shape.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a broken expectation is a failed test"
)]

use decision::{Problem, ProblemCode as Code, from_json, from_toml};

/// A correct file into which each case puts its mistake.
fn file(top: &str, criterion: &str, option: &str) -> String {
    format!(
        "topic = \"T\"\n{top}\n[[criteria]]\nname = \"Cost\"\nweight = 1\nkind = \"measured\"\n{criterion}\n[[criteria]]\nname = \"Ease\"\nweight = 1\n[[options]]\nname = \"A\"\n{option}\n[[options]]\nname = \"B\"\n"
    )
}

const TOP: usize = 2;
const CRITERION: usize = 7;
const OPTION: usize = 13;

fn problems(text: &str) -> Vec<Problem> {
    from_toml(text).expect_err("the text has a mistake")
}

#[test]
fn each_mistake_is_named_with_its_field_and_line() {
    let cases = [
        (
            "methot = 'topsis'",
            "",
            "",
            Code::UnknownField,
            "methot",
            TOP,
        ),
        ("method = 'topsys'", "", "", Code::BadChoice, "method", TOP),
        ("missing = 3", "", "", Code::WrongType, "missing", TOP),
        (
            "scale = { min = 5, max = 5 }",
            "",
            "",
            Code::BadNumber,
            "scale",
            TOP,
        ),
        (
            "scale = { min = 0, max = inf }",
            "",
            "",
            Code::BadNumber,
            "scale.max",
            TOP,
        ),
        (
            "scale = { min = 0 }",
            "",
            "",
            Code::MissingField,
            "scale.max",
            TOP,
        ),
        (
            "params = { v = 2.0 }",
            "",
            "",
            Code::BadNumber,
            "params.v",
            TOP,
        ),
        (
            "judge = { temperature = -1 }",
            "",
            "",
            Code::BadNumber,
            "judge.temperature",
            TOP,
        ),
        (
            "judge = { temperature = 2.5 }",
            "",
            "",
            Code::BadNumber,
            "judge.temperature",
            TOP,
        ),
        (
            "judge = { samples = 0 }",
            "",
            "",
            Code::BadNumber,
            "judge.samples",
            TOP,
        ),
        (
            "judge = { name = 'x' }",
            "",
            "",
            Code::UnknownField,
            "judge.name",
            TOP,
        ),
        (
            "judge = { model = '' }",
            "",
            "",
            Code::Empty,
            "judge.model",
            TOP,
        ),
        (
            "",
            "judge = { temperature = 'hot' }",
            "",
            Code::WrongType,
            "criteria[0].judge.temperature",
            CRITERION,
        ),
        (
            "",
            "judge = { samples = 1000 }",
            "",
            Code::BadNumber,
            "criteria[0].judge.samples",
            CRITERION,
        ),
        (
            "judge = { samples = 1.5 }",
            "",
            "",
            Code::BadNumber,
            "judge.samples",
            TOP,
        ),
        (
            "",
            "direction = 'up'",
            "",
            Code::BadChoice,
            "criteria[0].direction",
            CRITERION,
        ),
        (
            "",
            "range = [5, 1]",
            "",
            Code::BadNumber,
            "criteria[0].range",
            CRITERION,
        ),
        (
            "",
            "range = [5]",
            "",
            Code::WrongType,
            "criteria[0].range",
            CRITERION,
        ),
        (
            "",
            "range = [0, nan]",
            "",
            Code::BadNumber,
            "criteria[0].range",
            CRITERION,
        ),
        (
            "",
            "points = [[0, 1], [0, 0]]",
            "",
            Code::BadNumber,
            "criteria[0].points",
            CRITERION,
        ),
        (
            "",
            "points = [[0, 1], [9, 2]]",
            "",
            Code::BadNumber,
            "criteria[0].points",
            CRITERION,
        ),
        (
            "",
            "points = [[0, 1]]",
            "",
            Code::BadNumber,
            "criteria[0].points",
            CRITERION,
        ),
        (
            "",
            "must = 'cheap'",
            "",
            Code::BadText,
            "criteria[0].must",
            CRITERION,
        ),
        (
            "",
            "must = 450",
            "",
            Code::WrongType,
            "criteria[0].must",
            CRITERION,
        ),
        (
            "",
            "rubric = { 9 = 'superb' }",
            "",
            Code::OffScale,
            "criteria[0].rubric.9",
            CRITERION,
        ),
        (
            "",
            "rubric = { 2.5 = 'fair' }",
            "",
            Code::WrongType,
            "criteria[0].rubric.2",
            CRITERION,
        ),
        (
            "",
            "rubric = { good = 'good' }",
            "",
            Code::BadText,
            "criteria[0].rubric.good",
            CRITERION,
        ),
        (
            "",
            "preference = { type = 'u_shape' }",
            "",
            Code::MissingField,
            "criteria[0].preference.q",
            CRITERION,
        ),
        (
            "",
            "preference = { type = 'linear', q = 3, p = 2 }",
            "",
            Code::BadNumber,
            "criteria[0].preference",
            CRITERION,
        ),
        (
            "",
            "preference = { type = 'usual', q = 3 }",
            "",
            Code::UnknownField,
            "criteria[0].preference.q",
            CRITERION,
        ),
        (
            "",
            "id = 'a b'",
            "",
            Code::BadText,
            "criteria[0].id",
            CRITERION,
        ),
        (
            "",
            "",
            "values = { Cots = 1 }",
            Code::UnknownName,
            "options[0].values.Cots",
            OPTION,
        ),
        (
            "",
            "",
            "values = { Cost = 'cheap' }",
            Code::WrongType,
            "options[0].values.Cost",
            OPTION,
        ),
        (
            "",
            "",
            "values = { Cost = inf }",
            Code::BadNumber,
            "options[0].values.Cost",
            OPTION,
        ),
        (
            "",
            "",
            "values = { Cost = 1, 'cost ' = 2 }",
            Code::Duplicate,
            "options[0].values.cost ",
            OPTION,
        ),
        (
            "",
            "",
            "scores = { Ease = 85 }",
            Code::OffScale,
            "options[0].scores.Ease",
            OPTION,
        ),
        (
            "",
            "",
            "scores = { ease = -0.1 }",
            Code::OffScale,
            "options[0].scores.Ease",
            OPTION,
        ),
        (
            "",
            "",
            "scores = { Ease = 'none' }",
            Code::BadText,
            "options[0].scores.Ease",
            OPTION,
        ),
        (
            "",
            "",
            "evidence = [{ quote = 'q' }]",
            Code::MissingField,
            "options[0].evidence[0].source",
            OPTION,
        ),
        (
            "",
            "",
            "evidence = [{ source = 's', criterion = 'X' }]",
            Code::UnknownName,
            "options[0].evidence[0].criterion",
            OPTION,
        ),
        (
            "[weighting]\nmethod = 'guess'",
            "",
            "",
            Code::BadChoice,
            "weighting.method",
            TOP + 1,
        ),
    ];
    for (top, criterion, option, code, field, line) in cases {
        let problems = problems(&file(top, criterion, option));
        let told: Vec<_> = problems
            .iter()
            .map(|p| (p.code, p.field.as_str(), p.line))
            .collect();
        assert_eq!(
            told,
            [(code, field, Some(line))],
            "{top}{criterion}{option}: {problems:#?}"
        );
        assert!(
            problems[0].allowed.is_some() || problems[0].code == Code::Duplicate,
            "{problems:#?}"
        );
    }
}

#[test]
fn weights_are_finite_and_not_negative_and_not_all_zero() {
    for (weight, code) in [
        ("nan", Code::BadNumber),
        ("inf", Code::BadNumber),
        ("-inf", Code::BadNumber),
        ("-3", Code::BadNumber),
    ] {
        let text = file("", "", "").replacen("weight = 1", &format!("weight = {weight}"), 1);
        let problems = problems(&text);
        assert_eq!(
            (problems.len(), problems[0].code, problems[0].line),
            (1, code, Some(5)),
            "{problems:#?}"
        );
    }
    let zeros = file("", "", "").replace("weight = 1", "weight = 0");
    assert_eq!(problems(&zeros)[0].code, Code::Incomplete);
    let one_zero = file("", "", "").replacen("weight = 1", "weight = 0", 1);
    assert!(from_toml(&one_zero).is_ok());
}

#[test]
fn one_option_or_no_criterion_is_refused_in_words() {
    let one =
        problems("topic = 'T'\n[[criteria]]\nname = 'C'\nweight = 1\n[[options]]\nname = 'A'\n");
    assert_eq!(
        (one[0].code, one[0].field.as_str()),
        (Code::Incomplete, "options")
    );
    assert_eq!(
        one[0].message,
        "there is only one option: a decision needs at least 2"
    );
    let none = problems("topic = 'T'\n");
    assert_eq!(none.len(), 2, "{none:#?}");
}

#[test]
fn names_that_differ_in_case_or_spaces_only_are_told_and_never_merged() {
    for (first, second) in [("A", "a "), ("A", "A"), ("Straße", "STRASSE"), (" É", "é")] {
        let text = file("", "", "")
            .replace("name = \"A\"", &format!("name = \"{first}\""))
            .replace("name = \"B\"", &format!("name = \"{second}\""));
        let problems = problems(&text);
        assert_eq!(
            (problems.len(), problems[0].code, problems[0].line),
            (1, Code::Duplicate, Some(15)),
            "{problems:#?}"
        );
        assert!(
            problems[0].message.contains(first.trim())
                && problems[0].message.contains(second.trim())
        );
    }
}

#[test]
fn an_unknown_field_names_the_one_that_was_meant() {
    let problems = problems(&file("", "weigth = 2", ""));
    assert_eq!(
        problems[0].message,
        "unknown field \"weigth\"; did you mean \"weight\"?"
    );
}

#[test]
fn all_problems_are_told_in_one_pass_and_in_the_order_of_lines() {
    let problems = problems(&file(
        "method = 'x'\nfoo = 1",
        "weigth = 2\nmust = ''",
        "scores = { Ease = 9 }\nvalues = { Nope = 1 }",
    ));
    let lines: Vec<_> = problems.iter().filter_map(|p| p.line).collect();
    assert_eq!(lines, [2, 3, 8, 9, 15, 16], "{problems:#?}");
}

#[test]
fn ten_megabytes_of_name_are_refused_without_repeating_them() {
    let huge = "x".repeat(10 * 1024 * 1024);
    // Where the name stands changes the rule that meets it, and less of it shows that as well.
    let long = &huge[..100_000];
    for text in [
        file("", "", "").replace("name = \"A\"", &format!("name = \"{huge}\"")),
        file("", "", "").replace("name = \"Ease\"", &format!("name = \"{long}\"")),
        file(&format!("\"{long}\" = 1"), "", ""),
        file("", "", &format!("values = {{ \"{long}\" = 1 }}")),
    ] {
        let told: usize = problems(&text)
            .iter()
            .map(|p| p.message.len() + p.field.len() + p.found.as_ref().map_or(0, String::len))
            .sum();
        assert!(told < 2_000, "{told} bytes told");
    }
}

#[test]
fn a_newer_version_is_refused_in_words_and_nothing_else_is_judged() {
    let problems = problems("ponder = 2\nfoo = 1\n");
    assert_eq!((problems.len(), problems[0].code), (1, Code::NewerVersion));
    assert!(problems[0].message.contains("a newer Ponder wrote it"));
    assert!(from_toml(&file("ponder = 1", "", "")).is_ok());
}

#[test]
fn what_is_not_toml_or_json_says_where() {
    let toml = problems("topic = \"T\nmethod = 1");
    assert_eq!((toml[0].code, toml[0].line), (Code::Syntax, Some(1)));
    for (json, line) in [
        ("{\n  \"topic\": \"T\",\n}", 2),
        ("{\n  // why\n  \"topic\": \"T\"\n}", 2),
        ("{ \"topic\": \"T\", \"topic\": \"U\" }", 1),
        ("{ topic: 1 }", 1),
        ("{ \"topic\": NaN }", 1),
        ("{ \"topic\": 'T' }", 1),
        ("{ \"topic\": 01 }", 1),
        ("[] []", 1),
        ("", 1),
    ] {
        let problems = from_json(json).expect_err(json);
        assert_eq!(
            (problems[0].code, problems[0].line),
            (Code::Syntax, Some(line)),
            "{json}: {problems:#?}"
        );
    }
}

#[test]
fn json_is_held_to_the_same_rules_with_lines_of_its_own() {
    let text = "{\n\"topic\": \"T\",\n\"criteria\": [\n{\"name\": \"C\", \"weight\": -1}\n],\n\"options\": [\n{\"name\": \"A\",\n\"scores\": {\"C\": 1e999}},\n{\"name\": \"B\"}]}";
    let problems = from_json(text).expect_err("two mistakes");
    let told: Vec<_> = problems
        .iter()
        .map(|p| (p.code, p.field.as_str(), p.line))
        .collect();
    assert_eq!(
        told,
        [
            (Code::BadNumber, "criteria[0].weight", Some(4)),
            (Code::BadNumber, "options[0].scores.C", Some(8)),
        ]
    );
}

#[test]
fn more_cells_than_the_program_takes_are_refused_before_they_are_built() {
    let options: String = (0..3_000)
        .map(|i| format!("[[options]]\nname = \"O{i}\"\n"))
        .collect();
    let problems = problems(&format!("topic = 'T'\n[[criteria]]\nname = 'C'\n{options}"));
    assert_eq!((problems.len(), problems[0].code), (1, Code::TooMany));
}

#[test]
fn a_hostile_file_cannot_fill_the_screen() {
    let fields: String = (0..5_000).map(|i| format!("field{i} = 1\n")).collect();
    assert!(problems(&file(&fields, "", "")).len() <= 201);
}

#[test]
fn markup_and_formulas_in_names_stay_what_they_are() {
    let name = "=HYPERLINK(\\\"x\\\")<script>";
    let text = file("", "", "").replace("name = \"A\"", &format!("name = \"{name}\""));
    let decision = from_toml(&text).unwrap().decision;
    assert_eq!(decision.options[0].name, "=HYPERLINK(\"x\")<script>");
}
