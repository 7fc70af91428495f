package io.transvisor.console.monitor;

import io.transvisor.console.control.Answers;
import io.transvisor.console.control.GuestView;
import io.transvisor.console.control.Operator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/** The commands there are, by name, and what they need to be done. */
final class CommandTable {

  /**
   * A command.
   *
   * @param usage its arguments, for help
   * @param least number of arguments, and {@code most}
   * @param candidates what its arguments may be, to complete them
   */
  record Command(
      String usage,
      String help,
      int least,
      int most,
      Action action,
      Supplier<List<String>> candidates) {}

  /** Takes the arguments; answers with text, empty if there is nothing to say. */
  @FunctionalInterface
  interface Action {
    String run(List<String> arguments);
  }

  private final Operator operator;
  private final Map<String, Command> commands = new LinkedHashMap<>();
  private final Map<String, String> aliases = new HashMap<>();

  CommandTable(Operator operator) {
    this.operator = operator;
  }

  void add(String name, String usage, String help, int least, int most, Action action) {
    add(name, usage, help, least, most, action, List::of);
  }

  void add(
      String name,
      String usage,
      String help,
      int least,
      int most,
      Action action,
      Supplier<List<String>> candidates) {
    commands.put(name, new Command(usage, help, least, most, action, candidates));
  }

  void alias(String alias, String name) {
    aliases.put(alias, name);
  }

  Map<String, Command> commands() {
    return commands;
  }

  /** The name behind an alias, or the name itself. */
  String resolve(String word) {
    return aliases.getOrDefault(word, word);
  }

  /** The words before the one that is being typed decide what it may be. */
  List<String> candidates(List<String> wordsBefore) {
    if (wordsBefore.isEmpty()) {
      return new ArrayList<>(commands.keySet());
    }
    Command command = commands.get(resolve(wordsBefore.getFirst()));
    return command == null ? List.of() : command.candidates().get();
  }

  Operator operator() {
    return operator;
  }

  /** Has something of the guest looked at. */
  <T> T inspect(Function<GuestView, T> question) {
    return Answers.await(operator.inspect(question));
  }
}
