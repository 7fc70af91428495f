package io.transvisor.guests.bench.report;

import java.util.List;

/** A table in an HTML report: texts first, figures right-aligned. */
final class HtmlTable {
  private final StringBuilder html = new StringBuilder("<table>\n");
  private boolean inBody;

  /** The headings. */
  HtmlTable head(List<String> cells) {
    html.append("<thead><tr>");
    cells.forEach(c -> html.append("<th>").append(escaped(c)).append("</th>"));
    html.append("</tr></thead>\n<tbody>\n");
    inBody = true;
    return this;
  }

  /** A row of texts that are no HTML. */
  HtmlTable row(List<String> cells) {
    return row("", cells);
  }

  /** A row of a class of the style sheet. */
  HtmlTable row(String style, List<String> cells) {
    html.append(style.isEmpty() ? "<tr>" : "<tr class=\"" + style + "\">");
    cells.forEach(c -> html.append("<td>").append(escaped(c)).append("</td>"));
    html.append("</tr>\n");
    return this;
  }

  @Override
  public String toString() {
    return html + (inBody ? "</tbody>" : "") + "</table>\n";
  }

  static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;");
  }
}
