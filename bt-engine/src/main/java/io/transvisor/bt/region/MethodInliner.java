package io.transvisor.bt.region;

import io.transvisor.core.cpu.FpuState;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.Instruction;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.IncrementInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LabelTarget;
import java.lang.classfile.instruction.LoadInstruction;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.classfile.instruction.StoreInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Copies static methods, as javac compiled them, into the method of a region, so that what
 * instructions do is defined once, for handlers and regions. HotSpot's own inlining stops in
 * methods as long as these, and would follow a profile that other callers made.
 *
 * <p>Fields of {@link FpuState} become local variables, and {@code return false} of a method that
 * has a way to fail becomes a jump there. A method may be copied if it does not assign to its
 * parameters, catches nothing, and calls methods of its own package or the JDK only.
 */
final class MethodInliner {
  private static final Map<Class<?>, ClassModel> PARSED = new ConcurrentHashMap<>();
  private static final ClassDesc FPU_CLASS = ClassDesc.of(FpuState.class.getName());

  private final CodeBuilder b;
  private final int firstFree;

  /**
   * @param firstFree local variables from here on are free
   */
  MethodInliner(CodeBuilder code, int firstFree) {
    this.b = code;
    this.firstFree = firstFree;
  }

  private static ClassModel parse(Class<?> c) {
    return PARSED.computeIfAbsent(
        c,
        key -> {
          String file = key.getSimpleName() + ".class";
          try (InputStream in = key.getResourceAsStream(file)) {
            return ClassFile.of().parse(in.readAllBytes());
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  private static MethodModel find(Class<?> c, String name, MethodTypeDesc type) {
    return parse(c).methods().stream()
        .filter(m -> m.methodName().equalsString(name))
        .filter(m -> type == null || m.methodTypeSymbol().equals(type))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no method " + c + " " + name));
  }

  /**
   * Copies a method. What it returns is pushed, unless it can fail.
   *
   * @param parameters local variables that have its arguments, an {@link FpuState} left out
   * @param fields local variables for fields of {@link FpuState}, by name
   * @param failure where to go if the method returns false; null if it does not tell by that
   */
  void copy(
      Class<?> from, String name, int[] parameters, Map<String, Integer> fields, Label failure) {
    MethodModel m = find(from, name, null);
    new Copy(from, m, parameters, fields, failure, firstFree).write();
  }

  /** One method being copied. */
  private final class Copy {
    private final Class<?> from;
    private final List<CodeElement> code;
    private final Map<String, Integer> fields;
    private final Label failure;
    private final int[] locals;
    private final int free;
    private final Map<Label, Label> labels = new HashMap<>();
    private final Label end = b.newLabel();

    Copy(
        Class<?> from,
        MethodModel m,
        int[] parameters,
        Map<String, Integer> fields,
        Label failure,
        int firstFree) {
      this.from = from;
      this.fields = fields;
      this.failure = failure;
      code =
          m.code().orElseThrow().elementList().stream()
              .filter(e -> e instanceof Instruction || e instanceof LabelTarget)
              .toList();
      int slots = 2 * code.size() + 2 * parameters.length + 2;
      locals = new int[slots];
      Arrays.fill(locals, -1);
      int slot = 0;
      int next = 0;
      for (ClassDesc type : m.methodTypeSymbol().parameterList()) {
        if (!type.equals(FPU_CLASS)) {
          locals[slot] = parameters[next++];
        }
        slot += TypeKind.from(type).slotSize();
      }
      int last = firstFree;
      for (CodeElement e : code) {
        if (e instanceof StoreInstruction s) {
          if (s.slot() < slot) {
            throw new IllegalStateException(m.methodName() + " assigns to a parameter");
          }
          locals[s.slot()] = firstFree + s.slot() - slot;
          last = Math.max(last, locals[s.slot()] + 2);
        }
      }
      free = last;
    }

    void write() {
      for (int n = 0; n < code.size(); n++) {
        Instruction next =
            n + 1 < code.size() && code.get(n + 1) instanceof Instruction i ? i : null;
        if (next instanceof ReturnInstruction && failure != null) {
          if (code.get(n) instanceof ConstantInstruction c) {
            b.goto_(c.constantValue().equals(0) ? failure : end);
            n++;
            continue;
          }
          if (!(code.get(n) instanceof InvokeInstruction)) {
            throw new IllegalStateException("a result of " + from + " is computed");
          }
        }
        write(code.get(n), next instanceof ReturnInstruction ? failure : null);
      }
      b.labelBinding(end);
    }

    private void write(CodeElement e, Label failureOfCallee) {
      switch (e) {
        case LabelTarget t -> b.labelBinding(label(t.label()));
        case LoadInstruction l when l.typeKind() == TypeKind.REFERENCE -> {}
        case LoadInstruction l -> b.loadLocal(l.typeKind(), locals[l.slot()]);
        case StoreInstruction s -> b.storeLocal(s.typeKind(), locals[s.slot()]);
        case IncrementInstruction i -> b.iinc(locals[i.slot()], i.constant());
        case BranchInstruction j -> b.branch(j.opcode(), label(j.target()));
        case ReturnInstruction r -> b.goto_(end);
        case FieldInstruction f -> {
          if (f.opcode() == Opcode.GETFIELD || f.opcode() == Opcode.PUTFIELD) {
            access(f);
          } else {
            b.with(f);
          }
        }
        case InvokeInstruction i -> invoke(i, failureOfCallee);
        default -> b.with(e);
      }
    }

    private Label label(Label theirs) {
      return labels.computeIfAbsent(theirs, l -> b.newLabel());
    }

    private void access(FieldInstruction f) {
      Integer local = fields.get(f.name().stringValue());
      if (local == null || !f.owner().asSymbol().equals(FPU_CLASS)) {
        throw new IllegalStateException(from + " uses " + f.name());
      }
      if (f.opcode() == Opcode.GETFIELD) {
        b.loadLocal(TypeKind.from(f.typeSymbol()), local);
      } else {
        b.storeLocal(TypeKind.from(f.typeSymbol()), local);
      }
    }

    private Class<?> load(ClassDesc owner) {
      String name = owner.packageName() + "." + owner.displayName();
      try {
        return Class.forName(name, true, from.getClassLoader());
      } catch (ClassNotFoundException e) {
        throw new IllegalStateException(e);
      }
    }

    private void invoke(InvokeInstruction i, Label failureOfCallee) {
      ClassDesc owner = i.owner().asSymbol();
      if (!owner.packageName().equals(from.getPackageName())) {
        b.with(i);
        return;
      }
      List<ClassDesc> types =
          i.typeSymbol().parameterList().stream().filter(t -> !t.equals(FPU_CLASS)).toList();
      int[] arguments = new int[types.size()];
      int next = free;
      for (int n = 0; n < arguments.length; n++) {
        arguments[n] = next;
        next += TypeKind.from(types.get(n)).slotSize();
      }
      for (int n = arguments.length - 1; n >= 0; n--) {
        b.storeLocal(TypeKind.from(types.get(n)), arguments[n]);
      }
      Class<?> callee = load(owner);
      MethodModel m = find(callee, i.name().stringValue(), i.typeSymbol());
      new Copy(callee, m, arguments, fields, failureOfCallee, next).write();
    }
  }
}
