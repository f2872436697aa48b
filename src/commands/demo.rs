//! Owns `lifeboat demo`: the whole story on the simulated cloud, by the same code paths as the commands it prints.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Parser as _;

use super::context::{CloudChoice, Context};
use super::{Cli, run_async};
use crate::report::style::{HEADING, Paint, QUIET};
use crate::ui::{Exit, Failure};

/// Arguments of `lifeboat demo`.
#[derive(Debug, clap::Args)]
pub struct DemoArgs {
    /// The folder to leave behind for exploring; an earlier demo there is replaced
    #[arg(long, value_name = "DIR", default_value = "lifeboat-demo")]
    pub folder: PathBuf,
}

/// One line of the story: a command with the exit code it must end with.
struct Line {
    arguments: &'static [&'static str],
    exit: Exit,
}

/// A chapter of the story.
struct Chapter {
    title: &'static str,
    words: &'static str,
    lines: &'static [Line],
}

const fn done(arguments: &'static [&'static str]) -> Line {
    Line { arguments, exit: Exit::Done }
}

const ENVIRONMENT: &str = include_str!("../../environments/warm-standby.yaml");
const FILE: &str = "shop.yaml";
/// Marks a folder that a demo made and a later demo may replace.
const MARKER: &str = ".lifeboat/demo";

const STORY: &[Chapter] = &[
    Chapter {
        title: "Production is seen",
        words: "A simulated account runs `shop` in us-east-1. Its groups, settings and the peak of the last 14 days are recorded\nand sealed in a store on the standby's side: from here on nothing needs production to know how large it was.",
        lines: &[done(&["sim", "seed"]), done(&["check", FILE]), done(&["baseline", FILE])],
    },
    Chapter {
        title: "A standby is provisioned",
        words: "Images and parameters are copied to us-west-2, then five CloudFormation stacks are made there, with a replica of the\ndatabase. A warm standby keeps a fraction of production running. Parameters that name a load balancer or a database\nwait until the standby's are there.",
        lines: &[
            done(&["sync", FILE]),
            done(&["provision", FILE, "--yes", "--quiet"]),
            done(&["sync", FILE]),
            done(&["status", FILE]),
        ],
    },
    Chapter {
        title: "Production moves on",
        words: "Somebody ships a new web image and changes a parameter. The nightly CI job runs `drift` and fails with exit code 2.",
        lines: &[
            done(&["sim", "drift", "image"]),
            done(&["sim", "drift", "parameter"]),
            Line { arguments: &["drift", FILE], exit: Exit::Differences },
        ],
    },
    Chapter {
        title: "The standby follows",
        words: "`sync` writes only what differs and rolls the compute stack to the new image; a second run finds nothing to do.",
        lines: &[done(&["sync", FILE]), done(&["sync", FILE]), done(&["drift", FILE])],
    },
    Chapter {
        title: "A rehearsal",
        words: "A drill brings the standby to full production size while production goes on serving, measures it, puts everything\nback and proves it. From now on plans estimate from what was measured.",
        lines: &[done(&["drill", FILE, "--yes", "--quiet"])],
    },
    Chapter {
        title: "The primary Region fails",
        words: "us-east-1 answers nothing any more. Before anything is done, the plan, its timeline and whether the objective holds\ncan be looked at.",
        lines: &[
            done(&["sim", "fail", "us-east-1"]),
            Line { arguments: &["sync", FILE], exit: Exit::Failed },
            done(&["declare", FILE, "--reason", "us-east-1 is dark", "--rehearse"]),
        ],
    },
    Chapter {
        title: "A disaster is declared",
        words: "A person decides, and gives the reason. The replica is promoted while the tiers come up; users are led over once both\nare there. Every step is on record before it is carried out, in the standby's own store;\nno call goes to the primary, and none to CloudFormation. `--yes` stands for typing the name and for opening gates.",
        lines: &[
            done(&["declare", FILE, "--reason", "us-east-1 is dark", "--yes", "--quiet"]),
            done(&["runs", "list", FILE]),
            done(&["status", FILE]),
        ],
    },
    Chapter {
        title: "Service comes home",
        words: "us-east-1 is back. A failback is planned from fresh facts of both sides: the data goes home first, with the standby\nfrozen so that nothing is lost, then the users; then the standby stands by again.",
        lines: &[
            done(&["sim", "mend", "us-east-1"]),
            done(&["failback", FILE, "--reason", "us-east-1 is back", "--yes", "--quiet"]),
            done(&["runs", "list", FILE]),
            done(&["status", FILE]),
        ],
    },
];

/// Runs `lifeboat demo`.
pub async fn run(args: &DemoArgs, context: &Context) -> Result<Exit, Failure> {
    let started = Instant::now();
    prepare(&args.folder)?;
    // The story is told from inside the folder, as its user would, so that every path reads as it would there.
    std::env::set_current_dir(&args.folder)
        .map_err(|error| Failure::failed(format!("cannot enter {}: {error}", args.folder.display())))?;
    let mut inner = context.clone();
    inner.cloud = CloudChoice::Sim;
    inner.sim_file = None;
    let printer = &context.printer;
    let paint = Paint::new(printer.color_out());
    for (number, chapter) in STORY.iter().enumerate() {
        printer.result(&format!(
            "\n{}\n{}",
            paint.text(HEADING, &format!("{}. {}", number + 1, chapter.title)),
            chapter.words
        ));
        for line in chapter.lines {
            printer.result(&format!(
                "\n{}",
                paint.text(HEADING, &format!("$ lifeboat --cloud sim {}", typed(line.arguments)))
            ));
            let exit = tell(line, &inner).await?;
            if exit != line.exit {
                return Err(Failure::failed(format!(
                    "`lifeboat {}` ended with exit code {}, and the story needs {}",
                    typed(line.arguments),
                    exit.code(),
                    line.exit.code()
                )));
            }
            if exit != Exit::Done {
                printer.result(&paint.text(QUIET, &format!("(exit code {})", exit.code())));
            }
        }
    }
    printer.result(&format!(
        "\n{}\nTold in {:.1} s; the minutes above are the simulated cloud's. Everything is in {}. Each run left a\npage to open in a browser: {}/.lifeboat/shop/runs/*/report.html. Go on with\n\n  cd {}\n  lifeboat --cloud sim runs show {FILE}\n  lifeboat --cloud sim sim list\n  lifeboat --cloud sim sim fail us-west-2 --help",
        paint.text(HEADING, "The end"),
        started.elapsed().as_secs_f64(),
        args.folder.display(),
        args.folder.display(),
        args.folder.display(),
    ));
    Ok(Exit::Done)
}

/// The words as a user types them in a shell. The story has no quotes of its own to escape.
fn typed(arguments: &[&str]) -> String {
    let quoted = |word: &&str| if word.contains(' ') { format!("\"{word}\"") } else { (*word).to_owned() };
    arguments.iter().map(quoted).collect::<Vec<_>>().join(" ")
}

/// Runs one line exactly as the binary would: parsed from its words, failures told the same way.
async fn tell(line: &Line, context: &Context) -> Result<Exit, Failure> {
    let words = line.arguments.iter().copied();
    let cli = Cli::try_parse_from(std::iter::once("lifeboat").chain(words))
        .map_err(|error| Failure::failed(format!("the demo's own command line is wrong: {error}")))?;
    let mut context = context.clone();
    context.printer = context.printer.quieter(cli.quiet);
    Ok(Box::pin(run_async(cli.verb, &context)).await.unwrap_or_else(|failure| {
        context.printer.failure(&failure);
        failure.exit
    }))
}

fn prepare(folder: &Path) -> Result<(), Failure> {
    let failed =
        |doing: &str, error: std::io::Error| Failure::failed(format!("cannot {doing} {}: {error}", folder.display()));
    if folder.join(MARKER).exists() {
        fs::remove_dir_all(folder).map_err(|error| failed("replace", error))?;
    } else if folder.exists() {
        return Err(Failure::refused(format!("{} is there and no demo made it", folder.display()))
            .hint("name another folder with --folder"));
    }
    fs::create_dir_all(folder.join(".lifeboat")).map_err(|error| failed("make", error))?;
    fs::write(folder.join(MARKER), "made by lifeboat demo\n").map_err(|error| failed("write into", error))?;
    fs::write(folder.join(FILE), ENVIRONMENT).map_err(|error| failed("write into", error))
}
