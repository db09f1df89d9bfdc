// SPDX-License-Identifier: Apache-2.0
package io.ipcq;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleName;
import static com.tngtech.archunit.core.domain.JavaModifier.PUBLIC;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Keeps the arrows and the doorways of docs/architecture.md. */
@Tag("once")
class ManagerArchitectureTest {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(location -> !location.contains("-tests.jar"))
            .importPackages("io.ipcq");

    @Test
    void shouldStartProcessesThroughOneDoor() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName("io.ipcq.process.JvmLauncher")
                .should()
                .dependOnClassesThat()
                .areAssignableTo(ProcessBuilder.class)
                .check(CLASSES);
        noClasses().should().callMethod(Runtime.class, "exec", String[].class).check(CLASSES);
    }

    @Test
    void shouldUseOnlyThePublicSideOfQueues() {
        classes()
                .that()
                .resideInAnyPackage(
                        "io.ipcq.process..",
                        "io.ipcq.pool..",
                        "io.ipcq.connection..",
                        "io.ipcq.manager..",
                        "io.ipcq.metrics..")
                .should(dependOnlyOnPublicClassesOf("io.ipcq.queue", "io.ipcq.codec", "io.ipcq.memory"))
                .check(CLASSES);
    }

    @Test
    void shouldInitialiseClassesWithoutWhatMayBeMissing() {
        StaticInitializers.check(CLASSES);
    }

    @Test
    void shouldPointDownwards() {
        noClasses()
                .that(resideInAPackage("io.ipcq.process.."))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.ipcq.pool..", "io.ipcq.connection..", "io.ipcq.manager..")
                .check(CLASSES);
        noClasses()
                .that(resideInAPackage("io.ipcq.connection.."))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.ipcq.pool..", "io.ipcq.process..", "io.ipcq.manager..", "io.ipcq.queue..")
                .check(CLASSES);
        noClasses()
                .that(resideInAPackage("io.ipcq.manager.."))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.ipcq.pool..", "io.ipcq.memory..")
                .check(CLASSES);
        noClasses()
                .that(resideInAPackage("io.ipcq.queue..").or(resideInAPackage("io.ipcq.memory..")))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.ipcq.process..", "io.ipcq.pool..", "io.ipcq.connection..", "io.ipcq.manager..")
                .check(CLASSES);
    }

    /** Who does without Micrometer has neither to have it nor to load a class that wants it. */
    @Test
    void shouldStandBesideMetrics() {
        noClasses()
                .that(not(resideInAPackage("io.ipcq.metrics..")))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.ipcq.metrics..", "io.micrometer..")
                .check(CLASSES);
        noClasses()
                .that(resideInAPackage("io.ipcq.metrics.."))
                .and()
                .haveNameNotMatching("io[.]ipcq[.]metrics[.](IpcqMetrics|Meters)")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.micrometer..")
                .check(CLASSES);
    }

    /** As Micrometer, so OpenTelemetry: one class, which is not loaded before its API is known to be there. */
    @Test
    void shouldTouchOpenTelemetryOnlyWhereItIsKnownToBeThere() {
        noClasses()
                .that()
                .haveNameNotMatching("io[.]ipcq[.]pool[.]TraceContext[$].*")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.opentelemetry..")
                .check(CLASSES);
        noClasses()
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("io.opentelemetry.api.GlobalOpenTelemetry")
                .check(CLASSES);
    }

    /** The module may be missing, and whoever would need one of these classes would then be missing, too. */
    @Test
    void shouldTouchFlightRecorderOnlyWhereItIsKnownToBeThere() {
        noClasses()
                .that()
                .haveNameNotMatching(
                        "io[.]ipcq[.](event[.]Recorded|pool[.]PoolEvents[$]Recorded|(event|pool)[.][A-Za-z]+Event([$].*)?)")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("jdk.jfr..")
                .check(CLASSES);
    }

    /** More files than this that only make sense together are more than somebody reads at once. */
    @Test
    void shouldHaveNoLargeCircleOfFiles() {
        Map<String, Set<String>> largest = FileCircles.largest(CLASSES);
        assertThat(largest).containsKeys("io.ipcq.connection", "io.ipcq.manager");
        assertThat(largest).allSatisfy((room, circle) -> assertThat(circle).hasSizeLessThanOrEqualTo(10));
    }

    @Test
    void shouldKeepTheEndsOfAManagerApart() {
        noClasses()
                .that(resideInAPackage("io.ipcq.manager.server.."))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.ipcq.manager")
                .check(CLASSES);
        noClasses()
                .that(resideInAPackage("io.ipcq.manager"))
                .should()
                .dependOnClassesThat(
                        resideInAPackage("io.ipcq.manager.server..").and(not(simpleName("ManagerProcess"))))
                .check(CLASSES);
        noClasses()
                .that(resideInAPackage("io.ipcq.manager"))
                .and()
                .doNotHaveSimpleName("ManagerBuilder")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.ipcq.manager.server..")
                .check(CLASSES);
        noClasses()
                .that(resideInAPackage("io.ipcq.manager.wire.."))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.ipcq.manager", "io.ipcq.manager.server..")
                .check(CLASSES);
    }

    /** What goes through a pool's rings, and how it is read and written. */
    private static final DescribedPredicate<JavaClass> MESSAGES = pool("Chunks|CollectorCalls|HandleOutput|Handles|"
            + "Invocation|LogContext|Message(Kind|Reader|Writer)|PoolEvents|RemoteFailure|TaskEvent|TraceContext|"
            + "TravelingFunctions?|Values|WorkerCrashEvent");

    private static final DescribedPredicate<JavaClass> WORKERS_END = pool("ResultSender|RunningTask|WorkerMain");

    /** What the dispatcher hands values, and what so does not name it. */
    private static final DescribedPredicate<JavaClass> LEAVES =
            pool("Backlog|Callbacks|Completions|EndOfProgram|LastCrashes|Obituary|PoolTask|Restarts|Tally|TaskList|"
                    + "UsualTimes");

    private static final DescribedPredicate<JavaClass> DISPATCH =
            pool("Dispatcher|PoolWorker|ProcessPool|ProcessPoolBuilder|WorkerSlot");

    private static DescribedPredicate<JavaClass> pool(String names) {
        return nameMatching("(\\[+L)?io[.]ipcq[.]pool[.](" + names + ")([$].*)?;?")
                .forSubtype();
    }

    @Test
    void shouldKeepTheLayersOfAPoolApart() {
        DescribedPredicate<JavaClass> pool = resideInAPackage("io.ipcq.pool");
        noClasses()
                .that(MESSAGES)
                .should()
                .dependOnClassesThat(pool.and(not(MESSAGES)))
                .check(CLASSES);
        noClasses()
                .that(WORKERS_END)
                .should()
                .dependOnClassesThat(pool.and(not(MESSAGES)).and(not(WORKERS_END)))
                .check(CLASSES);
        noClasses()
                .that(pool.and(not(WORKERS_END)).and(not(pool("PoolWorker"))))
                .should()
                .dependOnClassesThat(WORKERS_END)
                .check(CLASSES);
        noClasses().that(LEAVES).should().dependOnClassesThat(DISPATCH).check(CLASSES);
    }

    @Test
    void shouldHideForeignLibraries() {
        noClasses()
                .that()
                .resideInAnyPackage("io.ipcq.process..", "io.ipcq.pool..", "io.ipcq.connection..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("net.openhft..", "tools.jackson..", "com.fasterxml..", "com.kenai..")
                .check(CLASSES);
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName("io.ipcq.pool.TerminalProgress")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("me.tongfei..")
                .check(CLASSES);
        noClasses()
                .that(resideInAPackage("io.ipcq.manager.."))
                .and()
                .haveNameNotMatching("io[.]ipcq[.]manager[.]wire[.]Json(Reader([$].*)?)?")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("net.openhft..", "tools.jackson..", "com.fasterxml..", "com.kenai..")
                .check(CLASSES);
    }

    private static ArchCondition<JavaClass> dependOnlyOnPublicClassesOf(String... packages) {
        return new ArchCondition<>("depend only on public classes of the queue library") {
            @Override
            public void check(JavaClass user, ConditionEvents events) {
                user.getDirectDependenciesFromSelf().stream()
                        .filter(use -> java.util.List.of(packages)
                                .contains(use.getTargetClass().getPackageName()))
                        .filter(use -> !use.getTargetClass().getModifiers().contains(PUBLIC))
                        .forEach(use -> events.add(SimpleConditionEvent.violated(use, use.getDescription())));
            }
        };
    }
}
