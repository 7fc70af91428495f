package io.transvisor.console.qmp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Set;

/** The members of an object; each may be taken once, and what nobody took is an error. */
final class Arguments {
  private final JsonNode object;
  private final Set<String> taken = new HashSet<>();

  /**
   * @param object an object, or a missing node for none
   */
  Arguments(JsonNode object) {
    this.object = object;
  }

  static Arguments of(JsonNode node, String name) {
    if (!node.isObject()) {
      throw wrongType(name, "object");
    }
    return new Arguments(node);
  }

  private static QmpException wrongType(String name, String expected) {
    return QmpException.generic("Invalid parameter type for '" + name + "', expected: " + expected);
  }

  static QmpException missing(String name) {
    return QmpException.generic("Parameter '" + name + "' is missing");
  }

  static QmpException notAccepted(String name, String value) {
    return QmpException.generic("Parameter '" + name + "' does not accept value '" + value + "'");
  }

  /** A member, a missing node if it is not there. */
  JsonNode optional(String name) {
    taken.add(name);
    return object.isObject() ? object.path(name) : MissingNode.getInstance();
  }

  JsonNode required(String name) {
    JsonNode node = optional(name);
    if (node.isMissingNode()) {
      throw missing(name);
    }
    return node;
  }

  /** A string, or null. */
  String optionalText(String name) {
    JsonNode node = optional(name);
    if (!node.isMissingNode() && !node.isTextual()) {
      throw wrongType(name, "string");
    }
    return node.isMissingNode() ? null : node.asText();
  }

  String text(String name) {
    required(name);
    return optionalText(name);
  }

  boolean flag(String name) {
    JsonNode node = optional(name);
    if (!node.isMissingNode() && !node.isBoolean()) {
      throw wrongType(name, "boolean");
    }
    return node.asBoolean();
  }

  boolean requiredFlag(String name) {
    required(name);
    return flag(name);
  }

  /** An integer of 32 bits. */
  int integer(String name, int ifMissing) {
    JsonNode node = optional(name);
    if (!node.isMissingNode() && !node.canConvertToInt()) {
      throw wrongType(name, "integer");
    }
    return node.isMissingNode() ? ifMissing : node.asInt();
  }

  int integer(String name) {
    required(name);
    return integer(name, 0);
  }

  JsonNode array(String name) {
    JsonNode node = required(name);
    if (!node.isArray()) {
      throw wrongType(name, "array");
    }
    return node;
  }

  /** All members must have been taken. */
  void end() {
    Iterator<String> names = object.fieldNames();
    while (names.hasNext()) {
      String name = names.next();
      if (!taken.contains(name)) {
        throw QmpException.generic("Parameter '" + name + "' is unexpected");
      }
    }
  }
}
