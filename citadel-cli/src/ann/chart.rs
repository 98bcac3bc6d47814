//! A chart of time over recall, as SVG.

use std::fmt::Write as _;

/// A point of the curve.
#[derive(Clone, Debug)]
pub(super) struct Dot {
    /// From 0 to 1.
    pub(super) recall: f64,
    pub(super) ms: f64,
    pub(super) label: String,
}

/// What is drawn.
#[derive(Clone, Debug)]
pub(super) struct Chart {
    pub(super) title: String,
    /// By rising recall.
    pub(super) dots: Vec<Dot>,
    /// What the exact plan takes: a line across.
    pub(super) exact_ms: Option<f64>,
}

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 440.0;
const LEFT: f64 = 76.0;
const RIGHT: f64 = 28.0;
const TOP: f64 = 48.0;
const BOTTOM: f64 = 58.0;

/// The axes: recall from left to right, time upwards by powers of ten.
struct Axes {
    recall_min: f64,
    log_min: f64,
    log_max: f64,
}

impl Chart {
    /// The picture.
    pub(super) fn svg(&self) -> String {
        let axes = self.axes();
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" font-size=\"12\">\n\
             <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#fff\"/>\n\
             <text x=\"{LEFT}\" y=\"26\" font-size=\"15\">{}</text>\n",
            escaped(&self.title)
        );
        axes.draw(&mut out);
        if let Some(ms) = self.exact_ms {
            let (y, end) = (axes.y(ms), WIDTH - RIGHT);
            let _ = write!(
                out,
                "<line x1=\"{LEFT}\" y1=\"{y:.1}\" x2=\"{end}\" y2=\"{y:.1}\" stroke=\"#a33\" stroke-dasharray=\"5 4\"/>\n\
                 <text x=\"{:.1}\" y=\"{:.1}\" fill=\"#a33\">exact</text>\n",
                LEFT + 6.0,
                y - 5.0
            );
        }
        self.draw_curve(&axes, &mut out);
        out.push_str("</svg>\n");
        out
    }

    fn axes(&self) -> Axes {
        let times = self.dots.iter().map(|dot| dot.ms).chain(self.exact_ms);
        let logs: Vec<f64> = times.map(|ms| ms.max(1e-4).log10()).collect();
        let low = logs.iter().copied().fold(f64::INFINITY, f64::min);
        let high = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let (low, high) = if logs.is_empty() {
            (0.0, 0.0)
        } else {
            (low, high)
        };
        let least = self.dots.iter().map(|dot| dot.recall).fold(1.0, f64::min);
        Axes {
            // To the next twentieth below.
            recall_min: ((least * 20.0 - 1e-9).floor() / 20.0).clamp(0.0, 0.95),
            log_min: low.floor(),
            log_max: high.ceil().max(low.floor() + 1.0),
        }
    }

    fn draw_curve(&self, axes: &Axes, out: &mut String) {
        let place = |dot: &Dot| (axes.x(dot.recall), axes.y(dot.ms));
        let points: Vec<String> = self
            .dots
            .iter()
            .map(|dot| {
                let (x, y) = place(dot);
                format!("{x:.1},{y:.1}")
            })
            .collect();
        let _ = writeln!(
            out,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"#26c\" stroke-width=\"2\"/>",
            points.join(" ")
        );
        let mut last = f64::NEG_INFINITY;
        for dot in &self.dots {
            let (x, y) = place(dot);
            let _ = writeln!(
                out,
                "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.5\" fill=\"#26c\"/>"
            );
            // Labels of neighbours would lie on each other.
            if x - last > 26.0 {
                let _ = writeln!(
                    out,
                    "<text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\" fill=\"#26c\">{}</text>",
                    y - 9.0,
                    escaped(&dot.label)
                );
                last = x;
            }
        }
    }
}

impl Axes {
    fn x(&self, recall: f64) -> f64 {
        let share = (recall - self.recall_min) / (1.0 - self.recall_min);
        LEFT + share * (WIDTH - LEFT - RIGHT)
    }

    fn y(&self, ms: f64) -> f64 {
        let share = (ms.max(1e-4).log10() - self.log_min) / (self.log_max - self.log_min);
        HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)
    }

    fn draw(&self, out: &mut String) {
        let (right, bottom) = (WIDTH - RIGHT, HEIGHT - BOTTOM);
        for step in 0..=5 {
            let recall = self.recall_min + (1.0 - self.recall_min) * f64::from(step) / 5.0;
            let x = self.x(recall);
            let _ = write!(
                out,
                "<line x1=\"{x:.1}\" y1=\"{TOP}\" x2=\"{x:.1}\" y2=\"{bottom}\" stroke=\"#e4e4e4\"/>\n\
                 <text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{recall:.2}</text>\n",
                bottom + 18.0
            );
        }
        let mut power = self.log_min;
        while power <= self.log_max {
            let ms = 10_f64.powf(power);
            let y = self.y(ms);
            let _ = write!(
                out,
                "<line x1=\"{LEFT}\" y1=\"{y:.1}\" x2=\"{right}\" y2=\"{y:.1}\" stroke=\"#e4e4e4\"/>\n\
                 <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>\n",
                LEFT - 8.0,
                y + 4.0,
                // Powers of ten as they are, without noise of rounding.
                format!("{ms:.4}")
                    .trim_end_matches('0')
                    .trim_end_matches('.')
            );
            power += 1.0;
        }
        let _ = write!(
            out,
            "<path d=\"M{LEFT} {TOP} V{bottom} H{right}\" fill=\"none\" stroke=\"#333\"/>\n\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">recall of 10 rows (labels: effort)</text>\n\
             <text transform=\"translate(20 {:.1}) rotate(-90)\" text-anchor=\"middle\">ms a query, median</text>\n",
            (LEFT + right) / 2.0,
            HEIGHT - 16.0,
            (TOP + bottom) / 2.0
        );
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(dots: &[(f64, f64)]) -> Chart {
        let dot = |&(recall, ms): &(f64, f64)| Dot {
            recall,
            ms,
            label: format!("{:.0}", ms * 100.0),
        };
        Chart {
            title: "a <b> & c".to_owned(),
            dots: dots.iter().map(dot).collect(),
            exact_ms: Some(8.0),
        }
    }

    /// Numbers of an attribute, all of its occurrences.
    fn numbers(svg: &str, attribute: &str) -> Vec<f64> {
        let before = format!(" {attribute}=\"");
        let parts = svg.split(before.as_str()).skip(1);
        parts
            .filter_map(|part| part.split('"').next()?.parse().ok())
            .collect()
    }

    #[test]
    fn points_lie_inside_and_in_order() {
        let svg = chart(&[(0.82, 0.05), (0.95, 0.08), (0.99, 0.3)]).svg();
        let (xs, ys) = (numbers(&svg, "cx"), numbers(&svg, "cy"));
        assert_eq!((xs.len(), ys.len()), (3, 3));
        assert!(
            xs.is_sorted() && ys.is_sorted_by(|a, b| a > b),
            "{xs:?} {ys:?}"
        );
        let inside = xs.iter().all(|x| (LEFT..=WIDTH - RIGHT).contains(x))
            && ys.iter().all(|y| (TOP..=HEIGHT - BOTTOM).contains(y));
        assert!(inside, "{xs:?} {ys:?}");
        for text in [
            "a &lt;b&gt; &amp; c",
            ">exact<",
            ">0.80<",
            ">1.00<",
            ">0.1<",
            ">10<",
        ] {
            assert!(svg.contains(text), "{text}\n{svg}");
        }
    }

    #[test]
    fn nothing_to_draw_is_drawn_as_axes() {
        let empty = Chart {
            title: String::new(),
            dots: Vec::new(),
            exact_ms: None,
        };
        for svg in [empty.svg(), chart(&[]).svg(), chart(&[(1.0, 0.0)]).svg()] {
            assert!(svg.starts_with("<svg") && svg.ends_with("</svg>\n"));
            assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
        }
    }
}
