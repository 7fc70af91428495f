package io.transvisor.guests;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The directions of the modules, and who may know what. */
class ArchitectureTest {
  private static JavaClasses classes;

  @BeforeAll
  static void read() {
    classes =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.transvisor");
  }

  @Test
  void coreKnowsNobody() {
    noClasses()
        .that()
        .resideInAPackage("io.transvisor.core..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.transvisor.mmu..",
            "io.transvisor.bt..",
            "io.transvisor.device..",
            "io.transvisor.console..")
        .check(classes);
  }

  @Test
  void mmuKnowsOnlyCore() {
    noClasses()
        .that()
        .resideInAPackage("io.transvisor.mmu..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.transvisor.bt..", "io.transvisor.device..", "io.transvisor.console..")
        .check(classes);
  }

  @Test
  void engineAndDevicesDoNotSeeEachOther() {
    noClasses()
        .that()
        .resideInAPackage("io.transvisor.bt..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.transvisor.device..", "io.transvisor.console..")
        .check(classes);
    noClasses()
        .that()
        .resideInAPackage("io.transvisor.device..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.transvisor.bt..", "io.transvisor.mmu..", "io.transvisor.console..")
        .check(classes);
  }

  @Test
  void onlyTheConsoleUsesNetty() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.transvisor.console..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.netty..")
        .check(classes);
  }

  @Test
  void devicesNeverReadHostTime() {
    noClasses()
        .that()
        .resideInAnyPackage("io.transvisor.device..", "io.transvisor.bt..", "io.transvisor.mmu..")
        .should()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .check(classes);
  }

  @Test
  void onlyTheCommandLineEndsTheProcess() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.transvisor.console.cli..")
        .should()
        .callMethod(System.class, "exit", int.class)
        .check(classes);
  }

  @Test
  void deviceFamiliesFormNoCycles() {
    slices().matching("io.transvisor.device.(*)..").should().beFreeOfCycles().check(classes);
  }

  @Test
  void noErrorsOfOurOwn() {
    classes()
        .that()
        .areAssignableTo(Error.class)
        .should()
        .resideOutsideOfPackage("io.transvisor..")
        .allowEmptyShould(true)
        .check(classes);
  }
}
