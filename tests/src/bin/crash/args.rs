//! The command line.

/// How the command is called.
const USAGE: &str = "\
usage: cargo xtask crash [OPTIONS]

  --images N       about so many disks opened after a crash in all, at every depth (default 100000)
  --seed S         what all that is random is drawn from (default 1)
  --workload W     only workloads whose name contains W
  --page-size P    only this page size (default 512, 4096 and 8192)
  --promise P      only crash, restart, fault or stray
  --place N        only the crash before operation N, to look at a violation again
  --image N        only image N of that place
  --per-place N    exactly so many images at each place, instead of --images
  --stride N       a fault in every N-th call, a second process at every N-th place (default 1)
  --recovery       interrupt every recovery of every image everywhere: depth 2, for small workloads
  --tamper         instead: flip every bit of files of 64 pages, exchange all pages, replay all versions
  --part K/N       only part K of N of the work, from 1 on
  --threads N      (default 2)
  --list           the workloads
";

/// What was asked for.
#[derive(Clone, Debug)]
pub(crate) struct Args {
    pub(crate) images: usize,
    pub(crate) seed: u64,
    pub(crate) workload: String,
    pub(crate) page_size: Option<u32>,
    pub(crate) promise: Option<String>,
    pub(crate) place: Option<usize>,
    pub(crate) image: Option<usize>,
    pub(crate) per_place: Option<usize>,
    pub(crate) stride: usize,
    pub(crate) recovery: bool,
    pub(crate) tamper: bool,
    pub(crate) threads: usize,
    /// Which part of how many.
    pub(crate) part: (usize, usize),
    pub(crate) list: bool,
}

impl Args {
    /// Understands the words after the command's name.
    pub(crate) fn parse(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut args = Self {
            images: 100_000,
            seed: 1,
            workload: String::new(),
            page_size: None,
            promise: None,
            place: None,
            image: None,
            per_place: None,
            stride: 1,
            recovery: false,
            tamper: false,
            threads: 2,
            part: (1, 1),
            list: false,
        };
        while let Some(word) = words.next() {
            let words = &mut words;
            match word.as_str() {
                "--images" => args.images = number(&word, words)?,
                "--seed" => args.seed = number(&word, words)?,
                "--workload" => args.workload = value(&word, words)?,
                "--page-size" => args.page_size = Some(number(&word, words)?),
                "--promise" => args.promise = Some(value(&word, words)?),
                "--place" => args.place = Some(number(&word, words)?),
                "--image" => args.image = Some(number(&word, words)?),
                "--per-place" => args.per_place = Some(number(&word, words)?),
                "--stride" => args.stride = number::<usize>(&word, words)?.max(1),
                "--threads" => args.threads = number::<usize>(&word, words)?.max(1),
                "--part" => args.part = part(&value(&word, words)?)?,
                "--recovery" => args.recovery = true,
                "--tamper" => args.tamper = true,
                "--list" => args.list = true,
                _ => return Err(USAGE.into()),
            }
        }
        Ok(args)
    }
}

/// `2/5`.
fn part(text: &str) -> Result<(usize, usize), String> {
    let numbers = text.split_once('/').and_then(|(part, of)| {
        let (part, of) = (part.parse().ok()?, of.parse().ok()?);
        (1..=of).contains(&part).then_some((part, of))
    });
    numbers.ok_or_else(|| format!("--part: '{text}' is not a part like 2/5"))
}

fn value(name: &str, words: &mut impl Iterator<Item = String>) -> Result<String, String> {
    words.next().ok_or_else(|| format!("{name} needs a value"))
}

fn number<T: std::str::FromStr>(
    name: &str,
    words: &mut impl Iterator<Item = String>,
) -> Result<T, String> {
    let text = value(name, words)?;
    text.parse()
        .map_err(|_| format!("{name}: '{text}' is not a number"))
}
