package io.transvisor.bt.region;

import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.AccessFlag;
import java.lang.reflect.Executable;
import java.lang.reflect.Method;
import java.security.ProtectionDomain;
import java.util.concurrent.locks.LockSupport;

/**
 * Has one of HotSpot's compilers compile a method at once. By itself HotSpot would first interpret
 * a new method, then compile it to code that gathers a profile, and only then optimise it: for
 * methods that are known to be hot that costs more than it brings.
 *
 * <p>This is HotSpot's own interface for tests: natives that it gives to a class of a certain name
 * if the class belongs to the boot loader and the JVM was started with {@code -XX:+WhiteBoxAPI}.
 *
 * <p>Of the methods that wait HotSpot takes the one that was called most of late, and those whose
 * compilation somebody waits for before all others. A new method was never called: unless the JVM
 * is told to wait for it ({@code BackgroundCompilation}, see the script {@code transvisor}) it
 * comes last, behind hundreds of this program's own.
 */
final class HotSpotCompiler {
  private static final String NAME = "jdk.test.whitebox.WhiteBox";

  /** Level of methods that C1, the quick compiler, has compiled to code without a profile. */
  private static final int SIMPLE = 1;

  /** Level of methods that C2, the optimising compiler, has compiled. */
  private static final int OPTIMISED = 4;

  /** A quarter of what a compiler takes for a region, about. */
  private static final long LOOK_FOR_SIMPLE_NS = 500_000;

  private static final long LOOK_FOR_OPTIMISED_NS = 5_000_000;
  private static final HotSpotCompiler INSTANCE = find();

  private final Object whiteBox;
  private final Method enqueue;
  private final Method isQueued;
  private final Method level;

  private HotSpotCompiler(Class<?> type) throws ReflectiveOperationException {
    call(type.getDeclaredMethod("registerNatives"), null);
    whiteBox = type.getConstructor().newInstance();
    enqueue =
        type.getMethod("enqueueMethodForCompilation0", Executable.class, int.class, int.class);
    isQueued = type.getMethod("isMethodQueuedForCompilation0", Executable.class);
    level = type.getMethod("getMethodCompilationLevel0", Executable.class, boolean.class);
  }

  /** The compiler, or null if this JVM was not started for it. */
  static HotSpotCompiler get() {
    return INSTANCE;
  }

  private static HotSpotCompiler find() {
    try {
      return new HotSpotCompiler(define());
    } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
      return null;
    }
  }

  /** Gives the boot loader a class with the natives that are used here. */
  private static Class<?> define() throws ReflectiveOperationException {
    byte[] bytes = ClassFile.of().build(ClassDesc.of(NAME), HotSpotCompiler::write);
    Class<?> unsafe = Class.forName("jdk.internal.misc.Unsafe");
    Method defineClass =
        unsafe.getMethod(
            "defineClass",
            String.class,
            byte[].class,
            int.class,
            int.class,
            ClassLoader.class,
            ProtectionDomain.class);
    Object instance = unsafe.getMethod("getUnsafe").invoke(null);
    return (Class<?>) defineClass.invoke(instance, NAME, bytes, 0, bytes.length, null, null);
  }

  private static void write(ClassBuilder c) {
    ClassDesc executable = ClassDesc.of(Executable.class.getName());
    c.withFlags(AccessFlag.PUBLIC);
    c.withMethodBody(
        ConstantDescs.INIT_NAME,
        ConstantDescs.MTD_void,
        AccessFlag.PUBLIC.mask(),
        code ->
            code.aload(0)
                .invokespecial(
                    ConstantDescs.CD_Object, ConstantDescs.INIT_NAME, ConstantDescs.MTD_void)
                .return_());
    int ofObject = AccessFlag.PUBLIC.mask() | AccessFlag.NATIVE.mask();
    c.withMethod(
        "registerNatives", ConstantDescs.MTD_void, ofObject | AccessFlag.STATIC.mask(), m -> {});
    c.withMethod(
        "enqueueMethodForCompilation0",
        MethodTypeDesc.of(
            ConstantDescs.CD_boolean, executable, ConstantDescs.CD_int, ConstantDescs.CD_int),
        ofObject,
        m -> {});
    c.withMethod(
        "isMethodQueuedForCompilation0",
        MethodTypeDesc.of(ConstantDescs.CD_boolean, executable),
        ofObject,
        m -> {});
    c.withMethod(
        "getMethodCompilationLevel0",
        MethodTypeDesc.of(ConstantDescs.CD_int, executable, ConstantDescs.CD_boolean),
        ofObject,
        m -> {});
  }

  /**
   * Compiles a method by C1; returns when that is done or HotSpot has given it up, and the method
   * is left to its usual ways.
   */
  void compile(Method method) {
    compile(method, SIMPLE, LOOK_FOR_SIMPLE_NS);
  }

  /** The same by C2, for code that is so hot that it pays. */
  void optimise(Method method) {
    compile(method, OPTIMISED, LOOK_FOR_OPTIMISED_NS);
  }

  private void compile(Method method, int to, long lookEveryNanos) {
    if (!(boolean) call(enqueue, whiteBox, method, to, -1)) {
      return;
    }
    while ((int) call(level, whiteBox, method, false) != to
        && (boolean) call(isQueued, whiteBox, method)) {
      LockSupport.parkNanos(lookEveryNanos);
    }
  }

  /** Who has compiled the method that is run now, or "bytecode" if nobody has. */
  String compilerOf(Method method) {
    return switch ((int) call(level, whiteBox, method, false)) {
      case 0 -> "bytecode";
      case OPTIMISED -> "C2";
      default -> "C1";
    };
  }

  private static Object call(Method method, Object target, Object... arguments) {
    try {
      return method.invoke(target, arguments);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
