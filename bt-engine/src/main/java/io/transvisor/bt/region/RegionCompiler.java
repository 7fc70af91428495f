package io.transvisor.bt.region;

import static io.transvisor.bt.region.MethodWriter.BASE;
import static io.transvisor.bt.region.MethodWriter.BUDGET;
import static io.transvisor.bt.region.MethodWriter.CODE_CLASS;
import static io.transvisor.bt.region.MethodWriter.CPU;
import static io.transvisor.bt.region.MethodWriter.CPU_CLASS;
import static io.transvisor.bt.region.MethodWriter.ENTRY;
import static io.transvisor.bt.region.MethodWriter.FLAGS_CLASS;
import static io.transvisor.bt.region.MethodWriter.HANDLER_CLASS;
import static io.transvisor.bt.region.MethodWriter.INSN_CLASS;
import static io.transvisor.bt.region.MethodWriter.INTS;
import static io.transvisor.bt.region.MethodWriter.LEVEL;

import io.transvisor.bt.interp.Cpu;
import io.transvisor.bt.isa.Handler;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.classfile.instruction.SwitchCase;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.AccessFlag;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Turns a planned region into a class with one method, and loads it. */
final class RegionCompiler {
  /** Longest method in bytes: by itself HotSpot does not compile methods of 8,000 and more. */
  private static final int MAX_METHOD_BYTES =
      HotSpotOptions.is("DontCompileHugeMethods", false) ? 30_000 : 7_900;

  /** The script {@code transvisor} tells HotSpot what to do with classes of this name. */
  private static final String NAME = "io.transvisor.bt.region.Compiled";

  private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();
  private static final int PUBLIC = AccessFlag.PUBLIC.mask();
  private static final int CONSTANT =
      AccessFlag.STATIC.mask() | AccessFlag.FINAL.mask() | AccessFlag.PRIVATE.mask();
  private static final ClassDesc OBJECTS = ConstantDescs.CD_Object.arrayType();
  private static final ClassDesc LOOKUP_CLASS =
      ClassDesc.of("java.lang.invoke.MethodHandles$Lookup");

  private final RegionPlan plan;
  private final Cpu cpu;
  private final ClassDesc self = ClassDesc.of(NAME);
  private final List<Object> constants = new ArrayList<>();
  private ExitWriter exits;
  private WindowSurvey survey;

  /**
   * @param cpu whose arrays the code has as constants
   */
  RegionCompiler(RegionPlan plan, Cpu cpu) {
    this.plan = plan;
    this.cpu = cpu;
  }

  /**
   * What compiling gives.
   *
   * @param code null if the method would be too long for HotSpot to compile
   * @param sites see {@link ExitWriter#sites}
   * @param windows see {@link ExitWriter#windows}
   * @param bytes length of its method
   */
  record Result(RegionCode code, int[] sites, Map<Integer, int[]> windows, int bytes) {
    /** The same code for a region at another place. */
    Result again() {
      return new Result(newCode(code.getClass()), sites, windows, bytes);
    }
  }

  private static RegionCode newCode(Class<?> type) {
    try {
      return (RegionCode) type.getDeclaredConstructor().newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  Result compile() {
    ClassFile.of(ClassFile.StackMapsOption.DROP_STACK_MAPS).build(self, this::writeClass);
    survey.finish();
    byte[] bytes = ClassFile.of().build(self, this::writeClass);
    int methodBytes = lengthOfRun(bytes);
    if (methodBytes > MAX_METHOD_BYTES) {
      return new Result(null, null, null, methodBytes);
    }
    constants.add(exits.sites());
    try {
      MethodHandles.Lookup hidden =
          LOOKUP.defineHiddenClassWithClassData(bytes, constants.toArray(), true);
      Class<?> type = hidden.lookupClass();
      RegionCode code = newCode(type);
      if (HotSpotCompiler.get() != null) {
        HotSpotCompiler.get().compile(method(type));
      }
      return new Result(code, exits.sites(), exits.windows(), methodBytes);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Has HotSpot make the best it can of a region's code, which is in use meanwhile. */
  static void optimise(RegionCode code) {
    try {
      if (HotSpotCompiler.get() != null) {
        HotSpotCompiler.get().optimise(method(code.getClass()));
      }
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Method method(Class<?> type) throws NoSuchMethodException {
    return type.getMethod("run", Cpu.class, int.class);
  }

  /** Who has compiled a region's code: C2, C1, or nobody; "HotSpot" where it does not tell. */
  static String compilerOf(RegionCode code) {
    try {
      HotSpotCompiler hotSpot = HotSpotCompiler.get();
      return hotSpot == null ? "HotSpot" : hotSpot.compilerOf(method(code.getClass()));
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException(e);
    }
  }

  private static int lengthOfRun(byte[] bytes) {
    return ClassFile.of().parse(bytes).methods().stream()
        .filter(m -> m.methodName().equalsString("run"))
        .flatMap(m -> m.findAttribute(Attributes.code()).stream())
        .mapToInt(CodeAttribute::codeLength)
        .findFirst()
        .orElseThrow();
  }

  private void writeClass(ClassBuilder c) {
    c.withSuperclass(CODE_CLASS);
    c.withFlags(AccessFlag.FINAL, AccessFlag.PUBLIC);
    c.withMethodBody(
        ConstantDescs.INIT_NAME,
        ConstantDescs.MTD_void,
        PUBLIC,
        code ->
            code.aload(0)
                .invokespecial(CODE_CLASS, ConstantDescs.INIT_NAME, ConstantDescs.MTD_void)
                .return_());
    c.withMethod(
        "run",
        MethodTypeDesc.of(ConstantDescs.CD_int, CPU_CLASS, ConstantDescs.CD_int),
        PUBLIC,
        m -> m.withCode(this::writeRun));
    c.withField(MethodWriter.RAW_FIELD, MethodWriter.RAW_CLASS, CONSTANT);
    c.withField("SITES", INTS, CONSTANT);
    for (int n = 0; n < constants.size(); n++) {
      c.withField(MethodWriter.fieldName(n), typeOf(constants.get(n)), CONSTANT);
    }
    c.withMethodBody(
        ConstantDescs.CLASS_INIT_NAME,
        ConstantDescs.MTD_void,
        AccessFlag.STATIC.mask(),
        this::writeInitializer);
  }

  private static ClassDesc typeOf(Object constant) {
    return switch (constant) {
      case Handler h -> HANDLER_CLASS;
      case RegionEntry e -> MethodWriter.ENTRY_CLASS;
      case long[] counts -> MethodWriter.LONGS;
      case int[] registers -> INTS;
      case byte[] store -> MethodWriter.BYTES;
      default -> INSN_CLASS;
    };
  }

  private void writeInitializer(CodeBuilder b) {
    b.invokestatic(
            ClassDesc.of("java.lang.invoke.MethodHandles"),
            "lookup",
            MethodTypeDesc.of(LOOKUP_CLASS))
        .invokestatic(CODE_CLASS, "constants", MethodTypeDesc.of(OBJECTS, LOOKUP_CLASS))
        .astore(0);
    for (int n = 0; n < constants.size(); n++) {
      ClassDesc type = typeOf(constants.get(n));
      b.aload(0)
          .loadConstant(n)
          .aaload()
          .checkcast(type)
          .putstatic(self, MethodWriter.fieldName(n), type);
    }
    b.aload(0)
        .loadConstant(constants.size())
        .aaload()
        .checkcast(INTS)
        .putstatic(self, "SITES", INTS)
        .getstatic(ClassDesc.of(RawMemory.class.getName()), "UNSAFE", ConstantDescs.CD_Object)
        .checkcast(MethodWriter.RAW_CLASS)
        .putstatic(self, MethodWriter.RAW_FIELD, MethodWriter.RAW_CLASS)
        .return_();
  }

  private void writeRun(CodeBuilder b) {
    if (survey == null || !survey.isFinished()) {
      // Also if writing starts again because a jump was too long.
      survey = new WindowSurvey(plan.alone());
    }
    MethodWriter w =
        new MethodWriter(b, plan, self, constants, cpu, UsedRegisters.of(plan), survey);
    exits = w.exits;
    writeEntry(w);
    OperandWriter operands = new OperandWriter(w);
    InstructionWriter instructions = new InstructionWriter(w, operands);
    for (Block block : plan.blocks()) {
      b.labelBinding(w.label(block));
      w.begin(block);
      b.iinc(BUDGET, -block.insns.size());
      instructions.write(block);
      w.end(block);
    }
    exits.finish();
  }

  /** Loads the state into locals and goes to the block that is entered. */
  private void writeEntry(MethodWriter w) {
    CodeBuilder b = w.b;
    w.readArrays();
    b.aload(CPU).getfield(CPU_CLASS, "budget", ConstantDescs.CD_int).istore(BUDGET);
    for (int local = MethodWriter.BASE; local <= MethodWriter.OTHER; local++) {
      b.iconst_0().istore(local);
    }
    w.readState();
    w.fpu.beginMethod();
    List<SwitchCase> cases = new ArrayList<>();
    List<Label> labels = new ArrayList<>();
    for (Block entry : plan.entries()) {
      Label label = b.newLabel();
      labels.add(label);
      cases.add(SwitchCase.of(entry.entry, label));
    }
    b.iload(ENTRY).loadConstant(RegionEntry.NESTED - 1).iand();
    b.iload(ENTRY).loadConstant(-RegionEntry.NESTED).iand();
    b.loadConstant(RegionEntry.NESTED).iadd().istore(LEVEL);
    b.tableswitch(labels.getFirst(), cases);
    for (int n = 0; n < labels.size(); n++) {
      Block entry = plan.entries().get(n);
      b.labelBinding(labels.get(n));
      b.aload(CPU)
          .getfield(CPU_CLASS, "eip", ConstantDescs.CD_int)
          .loadConstant(entry.start)
          .isub()
          .istore(BASE);
      b.aload(CPU).iload(BASE).putfield(CPU_CLASS, "eip", ConstantDescs.CD_int);
      if (entry.flagsReadIn) {
        b.aload(CPU).invokestatic(FLAGS_CLASS, "settle", FlagWriter.SETTLE_HELD_TYPE);
      }
      w.fpu.enter(entry);
      b.goto_(w.label(entry));
    }
  }
}
