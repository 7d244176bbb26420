// The script of an exported page. The page is complete without it: it makes the charts live, tables sortable,
// offers the data as CSV and lets code be hidden. It runs under a policy that forbids eval and every request.
(function () {
  "use strict";

  // Charts: the static picture stays until the live chart has been drawn, and whenever drawing fails.
  var figures = document.querySelectorAll("figure.mm-chart");
  var dark = window.matchMedia ? window.matchMedia("(prefers-color-scheme: dark)") : { matches: false };
  var loader = { load: refuse, sanitize: refuse, http: refuse, file: refuse };
  function refuse() {
    return Promise.reject(new Error("an exported page loads nothing"));
  }

  // On a dark page: light ink and a faint grid, where the chart does not say otherwise.
  var INK = "#d5dae0",
    SOFT = "#a3abb5",
    FAINT = "#2c333b";
  var DARK = {
    background: "transparent",
    title: { color: INK, subtitleColor: SOFT },
    view: { stroke: FAINT },
    style: {
      "guide-label": { fill: SOFT },
      "guide-title": { fill: INK },
      "group-title": { fill: INK },
      "group-subtitle": { fill: SOFT },
    },
    axis: { domainColor: SOFT, tickColor: SOFT, gridColor: FAINT, labelColor: SOFT, titleColor: INK },
    legend: { labelColor: SOFT, titleColor: INK },
    header: { labelColor: SOFT, titleColor: INK },
  };
  function merged(base, over) {
    var out = Object.assign({}, base);
    Object.keys(over).forEach(function (key) {
      out[key] =
        over[key] && typeof over[key] === "object" && !Array.isArray(over[key])
          ? merged(typeof out[key] === "object" ? out[key] : {}, over[key])
          : over[key];
    });
    return out;
  }

  function draw(figure) {
    var spec = JSON.parse(figure.querySelector("script").textContent);
    var plot = figure.querySelector(".mm-plot");
    if (dark.matches) spec.config = merged(DARK, spec.config || {});
    var live = document.createElement("div");
    live.className = "mm-live";
    return window
      .vegaEmbed(live, spec, {
        mode: "vega-lite",
        renderer: "svg",
        ast: true, // expressions are interpreted, not compiled: no eval
        loader: loader,
        actions: { export: true, source: false, compiled: false, editor: false },
        tooltip: { theme: dark.matches ? "dark" : "light" },
        downloadFileName: figure.id,
      })
      .then(function (result) {
        if (figure.mmView) figure.mmView.finalize();
        figure.mmView = result;
        var label = figure.querySelector("figcaption").textContent;
        var svg = live.querySelector("svg.marks");
        if (svg && !svg.getAttribute("aria-label")) {
          svg.setAttribute("role", "img");
          svg.setAttribute("aria-label", label);
        }
        live.setAttribute("role", "group");
        live.setAttribute("aria-label", label);
        plot.replaceChildren(live);
        figure.classList.add("mm-drawn");
      })
      .catch(function (error) {
        figure.classList.add("mm-failed");
        console.error(error);
      });
  }
  var drawn = Promise.resolve();
  figures.forEach(function (figure) {
    drawn = drawn.then(function () {
      return draw(figure);
    });
  });
  drawn.then(function () {
    document.documentElement.setAttribute("data-mm-ready", "");
  });
  if (dark.addEventListener)
    dark.addEventListener("change", function () {
      figures.forEach(draw);
    });

  // Data as CSV, from the specification that is in the page anyway.
  function inlineData(spec) {
    // in the order of inlineData in src/export/chart.ts
    var found = [],
      seen = {};
    function add(values) {
      var key = JSON.stringify(values);
      if (!Array.isArray(values) || !values.length || seen["k" + key]) return;
      seen["k" + key] = true;
      found.push(values);
    }
    (function walk(value) {
      if (!value || typeof value !== "object") return;
      if (Array.isArray(value)) {
        value.forEach(walk);
        return;
      }
      Object.keys(value).forEach(function (key) {
        var child = value[key];
        if (key === "data" && child && !Array.isArray(child)) add(child.values);
        else if (key === "datasets" && child)
          Object.keys(child).forEach(function (name) {
            add(child[name]);
          });
        else walk(child);
      });
    })(spec);
    return found;
  }
  function csv(rows) {
    var columns = [];
    rows = rows.map(function (row) {
      return row && typeof row === "object" ? row : { value: row };
    });
    rows.forEach(function (row) {
      Object.keys(row).forEach(function (c) {
        if (columns.indexOf(c) < 0) columns.push(c);
      });
    });
    var field = function (v) {
      var text = v === null || v === undefined ? "" : typeof v === "object" ? JSON.stringify(v) : String(v);
      return /[",\r\n]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
    };
    return (
      [columns]
        .concat(
          rows.map(function (row) {
            return columns.map(function (c) {
              return row[c];
            });
          }),
        )
        .map(function (line) {
          return line.map(field).join(",");
        })
        .join("\r\n") + "\r\n"
    );
  }
  document.querySelectorAll("details.mm-data").forEach(function (details) {
    var button = document.createElement("button");
    button.type = "button";
    button.textContent = "Download as CSV";
    button.addEventListener("click", function () {
      var spec = JSON.parse(details.closest("figure").querySelector("script").textContent);
      var text = csv(inlineData(spec)[Number(details.getAttribute("data-mm-index"))] || []);
      var link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
      link.download = document.body.getAttribute("data-mm-page") + "-" + details.getAttribute("data-mm-file") + ".csv";
      link.click();
      setTimeout(function () {
        URL.revokeObjectURL(link.href);
      }, 1000);
    });
    details.querySelector(".mm-csv").appendChild(button);
  });

  // Tables: a click on a column's name sorts by it. Tables with a gap (head … tail) keep their order.
  document.querySelectorAll("table.mm-sortable, .mm-output table").forEach(function (table) {
    var head = table.tHead && table.tHead.rows.length === 1 ? table.tHead.rows[0] : null;
    var body = table.tBodies.length === 1 ? table.tBodies[0] : null;
    if (!head || !body || body.rows.length < 2) return;
    var regular = Array.prototype.every.call(body.rows, function (row) {
      return (
        row.cells.length === head.cells.length &&
        Array.prototype.every.call(row.cells, function (c) {
          return c.colSpan === 1 && c.rowSpan === 1 && c.textContent.trim() !== "…";
        })
      );
    });
    if (!regular) return;
    Array.prototype.forEach.call(head.cells, function (cell, column) {
      cell.setAttribute("aria-sort", "none");
      cell.tabIndex = 0;
      cell.title = cell.title || "Sort by this column";
      var sort = function () {
        var up = cell.getAttribute("aria-sort") !== "ascending";
        Array.prototype.forEach.call(head.cells, function (c) {
          c.setAttribute("aria-sort", "none");
        });
        cell.setAttribute("aria-sort", up ? "ascending" : "descending");
        Array.prototype.slice
          .call(body.rows)
          .map(function (row, i) {
            return { row: row, i: i, key: key(row.cells[column]) };
          })
          .sort(function (a, b) {
            return compare(a.key, b.key, up) || a.i - b.i;
          })
          .forEach(function (item) {
            body.appendChild(item.row);
          });
      };
      cell.addEventListener("click", sort);
      cell.addEventListener("keydown", function (event) {
        if (event.key === "Enter" || event.key === " ") {
          event.preventDefault();
          sort();
        }
      });
    });
  });
  function key(cell) {
    var exact = cell.getAttribute("title");
    var texts = [exact, cell.textContent];
    for (var i = 0; i < texts.length; i++) {
      var text = (texts[i] || "")
        .trim()
        .replace(/[\s\u202f\u00a0\u2009](?=\d{3})/g, "")
        .replace(/\u2212/g, "-");
      var number = /^-?\d+(\.\d+)?(e[+-]?\d+)?/i.exec(text);
      if (number) return Number(number[0]);
    }
    var word = cell.textContent.trim();
    return word === "" || word === "–" ? null : word;
  }
  function compare(a, b, up) {
    if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1; // nothing comes last, whichever way
    var order =
      typeof a === "number" && typeof b === "number"
        ? a - b
        : typeof a === typeof b
          ? a < b
            ? -1
            : a > b
              ? 1
              : 0
          : typeof a === "number"
            ? -1
            : 1;
    return up ? order : -order;
  }

  // Code: shown, and hidden on request.
  var tools = document.querySelector(".mm-tools");
  if (tools && document.querySelector(".mm-code")) {
    var toggle = document.createElement("button");
    toggle.type = "button";
    var show = function (hidden) {
      document.body.classList.toggle("mm-no-code", hidden);
      toggle.textContent = hidden ? "Show code" : "Hide code";
      toggle.setAttribute("aria-pressed", String(hidden));
    };
    toggle.addEventListener("click", function () {
      show(!document.body.classList.contains("mm-no-code"));
    });
    show(false);
    tools.appendChild(toggle);
  }
})();
