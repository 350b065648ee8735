//! What a heat-map is fed with.

/// What a heat-map is fed with.
#[derive(Debug, Clone, PartialEq)]
pub struct HeatMapSeries {
    /// The chart's title: the topic of the decision.
    pub title: String,
    /// The criteria from left to right.
    pub columns: Vec<HeatMapColumn>,
    /// The options in any order.
    pub rows: Vec<HeatMapRow>,
}

/// The head of a heat-map's column.
#[derive(Debug, Clone, PartialEq)]
pub struct HeatMapColumn {
    /// The criterion's name.
    pub criterion: String,
    /// The unit of the labels below; empty for none.
    pub unit: String,
    /// The criterion's share of all weight, 0–1.
    pub weight: f64,
}

/// One option of a heat-map.
#[derive(Debug, Clone, PartialEq)]
pub struct HeatMapRow {
    /// The option's name.
    pub option: String,
    /// 1 is first; none for an option that is shown and not ranked.
    pub rank: Option<u32>,
    /// The total in words; empty for none.
    pub total: String,
    /// One cell a column; missing ones count as pending.
    pub cells: Vec<HeatMapCell>,
}

/// What a cell of a heat-map holds.
#[derive(Debug, Clone, PartialEq)]
pub enum HeatMapCell {
    /// A score.
    Scored {
        /// 0 worst to 1 best.
        value: f64,
        /// The score as the reader knows it: "4", "120".
        label: String,
        /// What is noteworthy about it ("out of range", "scored before the last edit"); empty for nothing.
        flag: String,
    },
    /// Not scored yet.
    Pending,
    /// The judge abstained.
    Abstained,
    /// A score was asked for and none can be used: "failed", "unparsed", "stale".
    Unusable {
        /// The state in one word.
        state: String,
    },
}

impl HeatMapRow {
    pub(super) fn cell(&self, column: usize) -> &HeatMapCell {
        self.cells.get(column).unwrap_or(&HeatMapCell::Pending)
    }
}

impl HeatMapColumn {
    /// The weight, 0 when it is no number.
    pub(super) fn share(&self) -> f64 {
        if self.weight.is_finite() {
            self.weight.clamp(0.0, 1.0)
        } else {
            0.0
        }
    }

    pub(super) fn head(&self) -> String {
        if self.unit.is_empty() {
            self.criterion.clone()
        } else {
            format!("{} ({})", self.criterion, self.unit)
        }
    }
}
