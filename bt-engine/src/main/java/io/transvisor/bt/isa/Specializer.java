package io.transvisor.bt.isa;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;

/**
 * Makes handlers from templates. A template is a {@link Handler} class for one operand shape
 * ({@code Ev,Gv} with a register, say) whose semantics is a static final field taken from {@link
 * #semantics}. Each call loads the template's class file anew as a hidden class with its own value
 * of that field, so that HotSpot sees a constant, a profile of its own, and in-lines the semantics:
 * one definition per operation and one per operand shape, and none of the cost of composing them.
 */
public final class Specializer {
  private final MethodHandles.Lookup lookup;

  /**
   * @param lookup a full lookup of a class in the templates' package
   */
  public Specializer(MethodHandles.Lookup lookup) {
    this.lookup = lookup;
  }

  /**
   * In a template: {@code private static final Binary OP =
   * Specializer.semantics(MethodHandles.lookup(), Binary.class);}.
   */
  public static <T> T semantics(MethodHandles.Lookup lookup, Class<T> type) {
    try {
      return MethodHandles.classData(lookup, "_", type);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * A handler of its own class from a template with a no-argument constructor; the class is made
   * when it is first decoded.
   */
  public Handler make(Class<? extends Handler> template, Object semantics) {
    return new DeferredHandler(this, template, semantics);
  }

  /** A handler of its own class from a template, made at once. */
  public Handler define(Class<? extends Handler> template, Object semantics) {
    String name = template.getName();
    String file = name.substring(name.lastIndexOf('.') + 1) + ".class";
    try (InputStream in = template.getResourceAsStream(file)) {
      // A nest mate, so that a nested template may use its outer class's private helpers.
      MethodHandles.Lookup hidden =
          MethodHandles.privateLookupIn(template, lookup)
              .defineHiddenClassWithClassData(
                  in.readAllBytes(), semantics, true, MethodHandles.Lookup.ClassOption.NESTMATE);
      return (Handler) hidden.lookupClass().getDeclaredConstructor().newInstance();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
