//! `to_char`, `to_date` and `to_timestamp`: times by patterns like `YYYY-MM-DD HH24:MI:SS`.
//!
//! A pattern is cut into [`Node`](node::Node)s once; one list of fields serves printing and reading.

mod node;
mod print;
mod read;

pub(crate) use print::Shown;
pub(crate) use print::print;
pub(crate) use read::read;

/// Roman numbers of months.
const ROMAN: [&str; 12] = [
    "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII",
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::types::temporal::{Zone, parse_interval, read_timestamp};

    fn shown(pattern: &str, text: &str) -> String {
        let timestamp = read_timestamp(text).unwrap();
        print(pattern, &Shown::of_timestamp(timestamp)).unwrap()
    }

    #[test]
    fn printing() {
        let text = "2024-02-09 13:04:05.678901";
        for (pattern, expected) in [
            ("YYYY-MM-DD HH24:MI:SS", "2024-02-09 13:04:05"),
            ("YYYY-MM-DD HH:MI:SS.MS AM", "2024-02-09 01:04:05.678 PM"),
            ("FMDay, FMDD Month YYYY", "Friday, 9 February  2024"),
            ("Day DD Mon", "Friday    09 Feb"),
            ("DAY day Dy DY dy", "FRIDAY    friday    Fri FRI fri"),
            ("Y,YYY YYY YY Y", "2,024 024 24 4"),
            ("IYYY-IW-ID", "2024-06-5"),
            ("DDD D W WW J Q CC", "040 6 2 06 2460350 1 21"),
            ("US FF3 SSSS", "678901 678 47045"),
            ("DDth FMDDth MMTH", "09th 9th 02ND"),
            ("RM rm", "II   ii  "),
            ("A.M. p.m. BC ad", "P.M. p.m. AD ad"),
            ("\"HH is\" HH24", "HH is 13"),
            ("FMMonth FMMM FMHH12", "February 2 1"),
            ("HH24 h", "13 h"),
        ] {
            assert_eq!(shown(pattern, text), expected, "{pattern}");
        }
        assert_eq!(shown("YYYY BC", "0044-03-15 BC"), "0044 BC");
        let interval = parse_interval("15 h 2 m 12 s").unwrap();
        assert_eq!(
            print("HH24:MI:SS", &Shown::of_interval(interval)).unwrap(),
            "15:02:12"
        );
    }

    fn parsed(text: &str, pattern: &str) -> String {
        match read(text, pattern) {
            Ok((timestamp, None)) => timestamp.to_string(),
            Ok((timestamp, Some(zone))) => format!("{timestamp} {}", zone.name()),
            Err(error) => error.sqlstate().unwrap().to_string(),
        }
    }

    #[test]
    fn reading() {
        for (text, pattern, expected) in [
            ("2022-12-25", "YYYY-MM-DD", "2022-12-25 00:00:00"),
            (
                "25/12/2022 15:24:33",
                "DD/MM/YYYY HH24:MI:SS",
                "2022-12-25 15:24:33",
            ),
            ("20221225", "YYYYMMDD", "2022-12-25 00:00:00"),
            ("05 Dec 2000", "DD Mon YYYY", "2000-12-05 00:00:00"),
            ("5 december 99", "DD MONTH YY", "1999-12-05 00:00:00"),
            ("3:04 PM", "HH12:MI AM", "0001-01-01 15:04:00 BC"),
            ("2011 350", "YYYY DDD", "2011-12-16 00:00:00"),
            ("2006-42-3", "IYYY-IW-ID", "2006-10-18 00:00:00"),
            ("2460350", "J", "2024-02-09 00:00:00"),
            (
                "2024-02-09 1.5",
                "YYYY-MM-DD SS.MS",
                "2024-02-09 00:00:01.5",
            ),
            ("44 BC", "YYYY BC", "0044-01-01 00:00:00 BC"),
            (
                "2024-02-09 +05:30",
                "YYYY-MM-DD TZH:TZM",
                "2024-02-09 00:00:00 +05:30",
            ),
            ("2024-02-30", "YYYY-MM-DD", "22008"),
            ("2024-13-01", "YYYY-MM-DD", "22008"),
            ("x", "YYYY", "22007"),
            ("2024-02-09 13:00", "YYYY-MM-DD HH12:MI", "22008"),
        ] {
            assert_eq!(parsed(text, pattern), expected, "{text} {pattern}");
        }
    }

    proptest! {
        #[test]
        fn nothing_panics(pattern in ".{0,12}", likely in "[YMDHISWQJFTZamICRUVDay0-9:., \"]{0,16}", text in "[-0-9a-zA-Z:/. ]{0,20}") {
            let timestamp = Shown::of_timestamp(read_timestamp("2024-02-09 13:04:05").unwrap())
                .in_zone(&Zone::default(), crate::types::TimestampTz::from_micros(0).unwrap());
            for pattern in [&pattern, &likely] {
                let _ = print(pattern, &timestamp);
                let _ = read(&text, pattern);
            }
        }
    }
}
