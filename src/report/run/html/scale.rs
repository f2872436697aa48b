//! Owns the scale of the timeline: from seconds to percent of its width, with long pauses drawn short.

use crate::report::run::value::RunReport;
use crate::report::run::words;

/// How wide a pause is drawn at most, in percent.
const PAUSE_WIDTH: f64 = 9.0;
/// The steps between ticks that people find round, in seconds.
const ROUND: [f64; 17] = [
    1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0, 14400.0, 43200.0,
    86400.0,
];

/// A stretch of the timeline that is drawn evenly.
#[derive(Debug, Clone, PartialEq)]
struct Piece {
    from_s: f64,
    to_s: f64,
    left: f64,
    width: f64,
}

/// From seconds after the declaration to percent.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scale {
    pieces: Vec<Piece>,
    end_s: f64,
    tick_s: f64,
    short_pauses: bool,
}

impl Scale {
    /// The scale of a run.
    pub(super) fn of(report: &RunReport) -> Self {
        let attempts = report.course.values().flat_map(|course| &course.attempts);
        let ends = attempts.map(|one| report.offset_s(one.began_at) + one.took_s());
        let end_s = ends.fold(report.took_s, f64::max);
        let pauses = report.pauses.iter().map(|one| (report.offset_s(one.from), report.offset_s(one.until)));
        Scale::with_pauses(end_s, pauses.collect())
    }

    /// A scale from zero to `end_s` with pauses in between.
    fn with_pauses(end_s: f64, pauses: Vec<(f64, f64)>) -> Self {
        let end_s = end_s.max(1.0);
        let paused: f64 = pauses.iter().map(|(from, to)| to - from).sum();
        let active = (end_s - paused).max(1.0);
        // Each pause that would be wider than its due is drawn at that width; at most half of the page goes to pauses.
        let long: Vec<(f64, f64)> =
            pauses.into_iter().filter(|(from, to)| (to - from) / end_s * 100.0 > PAUSE_WIDTH).collect();
        let width = PAUSE_WIDTH.min(50.0 / long.len().max(1) as f64);
        let folded: f64 = long.iter().map(|(from, to)| to - from).sum();
        let per_second = (100.0 - width * long.len() as f64) / (end_s - folded).max(1.0);
        let mut pieces: Vec<Piece> = Vec::new();
        let (mut at_s, mut left) = (0.0, 0.0);
        for (from, to) in &long {
            let before = (from - at_s).max(0.0) * per_second;
            pieces.push(Piece { from_s: at_s, to_s: *from, left, width: before });
            pieces.push(Piece { from_s: *from, to_s: *to, left: left + before, width });
            (at_s, left) = (*to, left + before + width);
        }
        pieces.push(Piece { from_s: at_s, to_s: end_s, left, width: 100.0 - left });
        let spread = if long.is_empty() { end_s } else { active };
        let tick_s = ROUND.into_iter().find(|step| spread / step <= 7.0).unwrap_or(604_800.0);
        Scale { pieces, end_s, tick_s, short_pauses: !long.is_empty() }
    }

    /// Where a moment is, in percent from the left.
    pub(super) fn at(&self, seconds: f64) -> f64 {
        let seconds = seconds.clamp(0.0, self.end_s);
        let piece = self.pieces.iter().find(|piece| seconds <= piece.to_s).or(self.pieces.last());
        piece.map_or(0.0, |piece| {
            let length = piece.to_s - piece.from_s;
            let share = if length > 0.0 { (seconds - piece.from_s) / length } else { 0.0 };
            piece.left + share * piece.width
        })
    }

    /// The last second it shows.
    pub(super) fn end_s(&self) -> f64 {
        self.end_s
    }

    /// Whether pauses are drawn shorter than they were.
    pub(super) fn shortens_pauses(&self) -> bool {
        self.short_pauses
    }

    /// Places of the ticks in percent with their words, first to last; none within a pause that is drawn short.
    pub(super) fn ticks(&self) -> Vec<(f64, String)> {
        let mut ticks = Vec::new();
        for piece in self.pieces.iter().step_by(2) {
            let mut number = (piece.from_s / self.tick_s).ceil();
            while number * self.tick_s <= piece.to_s {
                let seconds = number * self.tick_s;
                ticks.push((self.at(seconds), words::whole(seconds as u64)));
                number += 1.0;
            }
        }
        ticks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_pauses_it_is_even() {
        let scale = Scale::with_pauses(600.0, vec![]);
        assert_eq!((scale.at(0.0), scale.at(150.0), scale.at(600.0), scale.at(9e9)), (0.0, 25.0, 100.0, 100.0));
        let ticks: Vec<String> = scale.ticks().into_iter().map(|(_, words)| words).collect();
        assert_eq!(ticks, ["0 s", "2 min", "4 min", "6 min", "8 min", "10 min"]);
    }

    #[test]
    fn a_long_pause_is_drawn_short_and_a_short_one_as_it_was() {
        let scale = Scale::with_pauses(10_000.0, vec![(100.0, 9_900.0)]);
        assert_eq!((scale.at(100.0), scale.at(9_900.0), scale.at(10_000.0)), (45.5, 54.5, 100.0));
        assert!(scale.shortens_pauses());
        let scale = Scale::with_pauses(100.0, vec![(10.0, 15.0)]);
        assert_eq!((scale.at(10.0), scale.at(15.0)), (10.0, 15.0));
        assert!(!scale.shortens_pauses());
    }

    #[test]
    fn it_never_goes_back_whatever_the_pauses() {
        for pauses in
            [vec![], vec![(0.0, 500.0)], vec![(0.0, 0.0), (500.0, 1000.0)], vec![(10.0, 400.0), (500.0, 990.0)]]
        {
            let scale = Scale::with_pauses(1000.0, pauses.clone());
            let places: Vec<f64> = (0..=1000).map(|second| scale.at(f64::from(second))).collect();
            assert!(places.windows(2).all(|pair| pair[0] <= pair[1] + 1e-9), "{pauses:?}");
            assert!(places.iter().all(|place| (0.0..=100.000_001).contains(place)), "{pauses:?}");
        }
    }

    #[test]
    fn a_run_of_no_length_has_a_scale() {
        let scale = Scale::with_pauses(0.0, vec![]);
        assert_eq!(scale.at(0.0), 0.0);
        assert_eq!(scale.ticks().len(), 2);
    }
}
