package io.outboxrelay;

import static com.tngtech.archunit.core.domain.JavaModifier.SYNCHRONIZED;
import static com.tngtech.archunit.core.domain.JavaModifier.VOLATILE;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.outboxrelay.cluster.Wire;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/** The house rules about who may use whom and what, over the main classes of all modules. */
@AnalyzeClasses(
        packages = "io.outboxrelay",
        importOptions = {ImportOption.DoNotIncludeTests.class, ArchitectureTest.NoTestJars.class})
class ArchitectureTest {
    private static final String[] SETTINGS = rooms("settings", "cluster");
    private static final String[] STREAMS = rooms("model", "fault", "store", "publish", "graph");
    private static final String[] ACTORS =
            rooms("shard", "coordinator", "control", "replay", "http", "console", "relay", "forming", "metrics");
    private static final String[] APPLICATION = rooms("node", "cli", "verify", "demo", "bench");
    private static final String[] LOCK_FREE =
            rooms("graph", "shard", "coordinator", "control", "replay", "http", "console");

    @ArchTest
    static final ArchRule modulesDependOneWay = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .withOptionalLayers(true)
            .layer("settings")
            .definedBy(SETTINGS)
            .layer("streams")
            .definedBy(STREAMS)
            .layer("actors")
            .definedBy(ACTORS)
            .layer("application")
            .definedBy(APPLICATION)
            .layer("client")
            .definedBy(rooms("client"))
            .layer("sandbox")
            .definedBy(rooms("sandbox"))
            .whereLayer("settings")
            .mayOnlyBeAccessedByLayers("streams", "actors", "application")
            .whereLayer("streams")
            .mayOnlyBeAccessedByLayers("actors", "application")
            .whereLayer("actors")
            .mayOnlyBeAccessedByLayers("application")
            .whereLayer("application")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("client")
            .mayNotAccessAnyLayer()
            .whereLayer("sandbox")
            .mayNotAccessAnyLayer()
            .whereLayer("sandbox")
            .mayOnlyBeAccessedByLayers("application");

    @ArchTest
    static final ArchRule everyPackageIsARoomOfThePlan = classes()
            .should()
            .resideInAnyPackage(together(SETTINGS, STREAMS, ACTORS, APPLICATION, rooms("client", "sandbox")));

    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().matching("io.outboxrelay.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule theClientNeedsNothingButJdbc = classes()
            .that()
            .resideInAnyPackage(rooms("client"))
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("java..", "javax.sql..", "org.jspecify..", "io.outboxrelay.client..");

    @ArchTest
    static final ArchRule onlyTheStoreAndTheEdgesKnowTheDatabase = noClasses()
            .that()
            .resideOutsideOfPackages(
                    rooms("store.postgres", "store.plain", "store.jdbc", "client", "sandbox", "demo", "cli", "bench"))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.sql..", "javax.sql..", "com.zaxxer..", "org.postgresql..", "org.flywaydb..");

    @ArchTest
    static final ArchRule onlyStoresUseTheJdbcDoor = noClasses()
            .that()
            .resideOutsideOfPackages(rooms("store.postgres", "store.plain", "store.jdbc"))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(rooms("store.jdbc"));

    @ArchTest
    static final ArchRule onlyThePublisherAndTheEdgesKnowKafka = noClasses()
            .that()
            .resideOutsideOfPackages(rooms("publish", "sandbox", "demo", "bench"))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.kafka..", "org.apache.pekko.kafka..");

    @ArchTest
    static final ArchRule onlySettingsAndWiringReadConfiguration = noClasses()
            .that()
            .resideOutsideOfPackages(rooms("settings", "cluster", "node", "cli", "bench"))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("com.typesafe.config..");

    @ArchTest
    static final ArchRule theStreamKnowsNoCluster = noClasses()
            .that()
            .resideInAnyPackage(STREAMS)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.apache.pekko.cluster..");

    /** A sealed type cannot permit classes of other packages without Java modules, so this is held here. */
    @ArchTest
    static final ArchRule whatCrossesNodesIsPlainDataOfFiveRooms = classes()
            .that()
            .areAssignableTo(Wire.class)
            .and()
            .areNotInterfaces()
            .should()
            .beRecords()
            .orShould()
            .beEnums()
            .andShould()
            .resideInAnyPackage(rooms("shard", "coordinator", "control", "replay", "relay"));

    @ArchTest
    static final ArchRule nobodyReadsTypesByTheirClassName =
            noClasses().should().beAnnotatedWith("com.fasterxml.jackson.annotation.JsonTypeInfo");

    @ArchTest
    static final ArchRule nobodySleeps =
            noClasses().should().accessTargetWhere(calls(Thread.class, "sleep").or(calls(TimeUnit.class, "sleep")));

    @ArchTest
    static final ArchRule theClockIsHandedIn = noClasses()
            .that()
            .resideOutsideOfPackages(together(APPLICATION, rooms("store.postgres", "sandbox")))
            .should()
            .accessTargetWhere(calls(System.class, "currentTimeMillis")
                    .or(calls(Instant.class, "now").and(withoutArguments()))
                    .or(calls(Clock.class, "systemUTC"))
                    .or(calls(Clock.class, "systemDefaultZone")));

    @ArchTest
    static final ArchRule actorsAndStreamsShareNoFields = noFields()
            .that()
            .areDeclaredInClassesThat()
            .resideInAnyPackage(LOCK_FREE)
            .should()
            .haveModifier(VOLATILE);

    @ArchTest
    static final ArchRule actorsAndStreamsSynchronizeNoMethods = noMethods()
            .that()
            .areDeclaredInClassesThat()
            .resideInAnyPackage(LOCK_FREE)
            .should()
            .haveModifier(SYNCHRONIZED);

    @ArchTest
    static final ArchRule actorsAndStreamsUseNoLocks = noClasses()
            .that()
            .resideInAnyPackage(LOCK_FREE)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("java.util.concurrent.locks..");

    @ArchTest
    static final ArchRule logsGoThroughSlf4j = NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;

    @ArchTest
    static final ArchRule onlyCommandsWriteToTheTerminal = noClasses()
            .that()
            .resideOutsideOfPackages(rooms("cli", "demo"))
            .should()
            .accessTargetWhere(reads(System.class, "out").or(reads(System.class, "err")));

    /** Leaves out test classes that other modules publish as a jar. */
    static final class NoTestJars implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("-tests.jar") && !location.contains("/testkit/");
        }
    }

    private static String[] rooms(String... names) {
        return Arrays.stream(names).map(name -> "io.outboxrelay." + name + "..").toArray(String[]::new);
    }

    private static String[] together(String[]... groups) {
        return Arrays.stream(groups).flatMap(Arrays::stream).toArray(String[]::new);
    }

    private static DescribedPredicate<JavaAccess<?>> calls(Class<?> type, String name) {
        return target(type, name).as("calls %s.%s", type.getSimpleName(), name);
    }

    private static DescribedPredicate<JavaAccess<?>> reads(Class<?> type, String name) {
        return target(type, name).as("reads %s.%s", type.getSimpleName(), name);
    }

    private static DescribedPredicate<JavaAccess<?>> target(Class<?> type, String name) {
        return DescribedPredicate.describe(
                name,
                access -> access.getTarget().getName().equals(name)
                        && access.getTargetOwner().isEquivalentTo(type));
    }

    private static DescribedPredicate<JavaAccess<?>> withoutArguments() {
        return DescribedPredicate.describe(
                "without arguments", access -> access.getTarget().getFullName().endsWith("()"));
    }
}
