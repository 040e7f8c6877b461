package dev.chirograph.checks;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The arrows between packages: who may know whom. */
class ArchitectureTest {

  private static final String VALUES = "dev.chirograph";
  private static final String SPI = "dev.chirograph.spi..";
  private static final String MEMORY = "dev.chirograph.memory..";
  private static final String SIMULATION = "dev.chirograph.simulation..";

  private static final List<String> ENGINES =
      List.of(
          "dev.chirograph.reconcile..",
          "dev.chirograph.log..",
          "dev.chirograph.table..",
          "dev.chirograph.relocate..",
          "dev.chirograph.document..");

  /** The engines that talk to another process. */
  private static final List<String> PROTOCOLS =
      List.of("dev.chirograph.log..", "dev.chirograph.table..", "dev.chirograph.document..");

  private static final List<String> ADAPTERS =
      List.of(
          "dev.chirograph.jdbc..",
          "dev.chirograph.s3..",
          "dev.chirograph.http..",
          "dev.chirograph.servlet..",
          "dev.chirograph.k8s..",
          "dev.chirograph.pulsar..");

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(VALUES);

  @Test
  void theImportSeesTheModules() {
    Set<String> packages =
        CLASSES.stream()
            .map(JavaClass::getPackageName)
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(packages)
        .contains(
            VALUES,
            "dev.chirograph.spi",
            "dev.chirograph.memory",
            "dev.chirograph.reconcile",
            "dev.chirograph.jdbc",
            "dev.chirograph.s3",
            "dev.chirograph.http",
            "dev.chirograph.servlet",
            "dev.chirograph.simulation",
            "dev.chirograph.testkit");
  }

  @Test
  void valuesKnowNothingButThemselves() {
    noClasses()
        .that()
        .resideInAPackage(VALUES)
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.chirograph.*..")
        .check(CLASSES);
  }

  /** The form of JSON in which tables are compared is part of what an adapter promises. */
  @Test
  void theSpiKnowsValuesOnlyAndHowJsonIsWritten() {
    classes()
        .that()
        .resideInAPackage(SPI)
        .and()
        .doNotHaveSimpleName("JsonText")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(VALUES, SPI, "java..", "org.jspecify..")
        .check(CLASSES);
    classes()
        .that()
        .haveSimpleName("JsonText")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(VALUES, SPI, "java..", "org.jspecify..", "com.fasterxml.jackson..")
        .check(CLASSES);
  }

  @Test
  void enginesKnowWhatTheyShareButNotEachOther() {
    for (String engine : ENGINES) {
      classes()
          .that()
          .resideInAPackage(engine)
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              VALUES,
              SPI,
              engine,
              "dev.chirograph.digest..",
              "dev.chirograph.json..",
              "dev.chirograph.jobs..",
              "java..",
              "com.fasterxml.jackson..",
              "com.github.fge..",
              "org.slf4j..",
              "org.jspecify..")
          .allowEmptyShould(true)
          .check(CLASSES);
    }
  }

  @Test
  void inMemoryAdaptersKnowValuesSpiAndDigestsOnly() {
    classes()
        .that()
        .resideInAPackage(MEMORY)
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            VALUES,
            SPI,
            MEMORY,
            "dev.chirograph.digest..",
            "java..",
            "org.jspecify..",
            "org.slf4j..")
        .check(CLASSES);
  }

  @Test
  void digestsAndJobsKnowValuesAndSpiOnly() {
    for (String shared : List.of("dev.chirograph.digest..", "dev.chirograph.jobs..")) {
      classes()
          .that()
          .resideInAPackage(shared)
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(VALUES, SPI, shared, "java..", "org.jspecify..", "org.slf4j..")
          .check(CLASSES);
    }
  }

  @Test
  void adaptersKnowNeitherEnginesNorEachOther() {
    for (String adapter : ADAPTERS) {
      boolean carries = adapter.contains("http") || adapter.contains("servlet");
      String[] others =
          Stream.concat(ADAPTERS.stream(), ENGINES.stream())
              .filter(other -> !other.equals(adapter))
              // A servlet wraps the handlers of sync-http: that is all it is for.
              .filter(other -> !(adapter.contains("servlet") && other.contains("http")))
              // Carrying the protocol of an engine is what both are for.
              .filter(other -> !(carries && PROTOCOLS.contains(other)))
              .toArray(String[]::new);
      noClasses()
          .that()
          .resideInAPackage(adapter)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(others)
          .allowEmptyShould(true)
          .check(CLASSES);
    }
  }

  @Test
  void theTestKitKnowsNeitherAdaptersNorEngines() {
    noClasses()
        .that()
        .resideInAPackage("dev.chirograph.testkit..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(all(ADAPTERS, ENGINES, List.of(SIMULATION)))
        .check(CLASSES);
  }

  @Test
  void theSimulationKnowsNoAdapterAndOfEnginesTheProtocolsOnly() {
    List<String> quiet = ENGINES.stream().filter(engine -> !PROTOCOLS.contains(engine)).toList();
    noClasses()
        .that()
        .resideInAPackage(SIMULATION)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(all(ADAPTERS, quiet, List.of()))
        .check(CLASSES);
  }

  private static String[] all(List<String> some, List<String> others, List<String> more) {
    return Stream.of(some, others, more).flatMap(List::stream).toArray(String[]::new);
  }

  @Test
  void packagesFormNoCircle() {
    slices().matching("dev.chirograph.(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void onlyThePacingClassSleeps() {
    noClasses()
        .that()
        .resideInAPackage("dev.chirograph..")
        .and()
        .resideOutsideOfPackage("dev.chirograph.servers..")
        .should()
        .callMethod(Thread.class, "sleep", long.class)
        .check(CLASSES);
  }
}
