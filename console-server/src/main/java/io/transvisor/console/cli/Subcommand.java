package io.transvisor.console.cli;

import java.util.concurrent.Callable;

/**
 * A command of the program that lives in a module above this one: a picocli command that a {@link
 * java.util.ServiceLoader} finds. Its result is the exit code; a {@link
 * io.transvisor.core.error.VmmException} becomes a one-line message.
 */
public interface Subcommand extends Callable<Integer> {}
