package io.transvisor.console.gdb;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The registers as XML (GDB manual, appendix G). */
final class TargetDescription {
  private TargetDescription() {}

  /** The document for these groups of registers; numbers follow from the order. */
  static String of(List<Register> core, List<Register> sse, List<Register> system) {
    StringBuilder xml = new StringBuilder();
    xml.append("<?xml version=\"1.0\"?>\n<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n");
    xml.append("<target version=\"1.0\">\n<architecture>i386</architecture>\n");
    feature(xml, "org.gnu.gdb.i386.core", types("core-types.xml"), core);
    if (!sse.isEmpty()) {
      feature(xml, "org.gnu.gdb.i386.sse", types("sse-types.xml"), sse);
    }
    feature(xml, "io.transvisor.system", "", system);
    return xml.append("</target>\n").toString();
  }

  private static void feature(
      StringBuilder xml, String name, String types, List<Register> registers) {
    xml.append("<feature name=\"").append(name).append("\">\n").append(types);
    for (Register r : registers) {
      xml.append(
          "<reg name=\"%s\" bitsize=\"%d\" type=\"%s\"".formatted(r.name(), r.bits(), r.type()));
      if (r.group() != null) {
        xml.append(" group=\"%s\"".formatted(r.group()));
      }
      xml.append("/>\n");
    }
    xml.append("</feature>\n");
  }

  private static String types(String resource) {
    try (InputStream in = TargetDescription.class.getResourceAsStream(resource)) {
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw new IllegalStateException(resource, e);
    }
  }
}
