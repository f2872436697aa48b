//! Owns what a person has to know of a step that nothing shows who only looks at what it does.

use super::Action;

impl Action {
    /// What it leaves behind that nobody else tells: writes that do not come home. One sentence without its full stop; none
    /// where there is nothing to tell.
    pub fn warning(&self) -> Option<String> {
        let Action::Reseed { side, database, aside, unfenced: Some(unfenced), .. } = self else { return None };
        let aside = unfenced.kept_in.as_ref().unwrap_or(aside);
        let since = unfenced.since.strftime("%Y-%m-%d %H:%M:%S UTC");
        Some(format!(
            "no run has fenced the {side} since run {} took the writes away from it: {database} in the {side} may have \
             taken writes of its own since {since}, from servers, jobs or people that found it again; they do not come \
             home and are kept in {aside} alone: compare it with {database} before it is deleted",
            unfenced.run
        ))
    }
}
