// SPDX-License-Identifier: Apache-2.0
package io.ipcq;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Keeps the arrows and the doorways of docs/architecture.md. */
@Tag("once")
class QueueArchitectureTest {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.ipcq");

    private static final String[] FOREIGN = {
        "net.openhft..", "tools.jackson..", "com.fasterxml..", "com.kenai..", "java.lang.foreign.."
    };

    @Test
    void shouldInitialiseClassesWithoutWhatMayBeMissing() {
        StaticInitializers.check(CLASSES);
    }

    @Test
    void shouldPointDownwards() {
        noClasses()
                .that()
                .resideInAPackage("io.ipcq.memory")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.ipcq.codec", "io.ipcq.queue", "io.ipcq.observe")
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAPackage("io.ipcq.codec")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.ipcq.memory", "io.ipcq.queue", "io.ipcq.observe")
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAPackage("io.ipcq.queue")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.ipcq.observe")
                .check(CLASSES);
    }

    /** The module may be missing, and whoever would need one of these classes would then be missing, too. */
    @Test
    void shouldTouchFlightRecorderOnlyWhereItIsKnownToBeThere() {
        noClasses()
                .that()
                .haveNameNotMatching("io\\.ipcq\\.event\\.(Recorded|[A-Za-z]+Event)([$].*)?")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("jdk.jfr..")
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAPackage("io.ipcq.event")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.ipcq.memory", "io.ipcq.queue", "io.ipcq.observe", "io.ipcq.codec")
                .check(CLASSES);
    }

    @Test
    void shouldReachEachLibraryThroughOneDoor() {
        onlyThroughTheDoor("net.openhft..", "io\\.ipcq\\.queue\\.ChronicleJournal(\\$.*)?");
        onlyThroughTheDoor("tools.jackson..", "io\\.ipcq\\.codec\\..*");
        onlyThroughTheDoor("com.kenai..", "io\\.ipcq\\.memory\\.JffiCall(\\$.*)?");
    }

    private static void onlyThroughTheDoor(String library, String door) {
        classes()
                .that(resideInAnyPackage("io.ipcq.."))
                .and()
                .haveNameNotMatching(door)
                .should(new ArchCondition<JavaClass>("not depend on " + library) {
                    @Override
                    public void check(JavaClass user, ConditionEvents events) {
                        user.getDirectDependenciesFromSelf().stream()
                                .filter(use -> resideInAnyPackage(library).test(use.getTargetClass()))
                                .forEach(use -> events.add(SimpleConditionEvent.violated(use, use.getDescription())));
                    }
                })
                .check(CLASSES);
        assertDoorIsUsed(library, door);
    }

    /** A rule about a library that nobody uses would prove nothing. */
    private static void assertDoorIsUsed(String library, String door) {
        boolean used = CLASSES.stream()
                .filter(user -> user.getName().matches(door))
                .flatMap(user -> user.getDirectDependenciesFromSelf().stream())
                .anyMatch(use -> resideInAnyPackage(library).test(use.getTargetClass()));
        if (!used) {
            throw new AssertionError("nothing behind " + door + " uses " + library);
        }
    }

    @Test
    void shouldStartNoProcessAndOpenNoSocket() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName(ProcessBuilder.class.getName())
                .check(CLASSES);
        noClasses()
                .should()
                .dependOnClassesThat(new DescribedPredicate<>("are about networks") {
                    @Override
                    public boolean test(JavaClass type) {
                        // a URI is text
                        return type.getPackageName().equals("java.net") && !type.isEquivalentTo(URI.class)
                                || type.getName().matches("java\\.nio\\.channels\\..*Socket.*");
                    }
                })
                .check(CLASSES);
    }

    @Test
    void shouldShowNoForeignTypes() {
        methods()
                .that()
                .arePublic()
                .and()
                .areDeclaredInClassesThat()
                .arePublic()
                .should(new ArchCondition<JavaMethod>("have no foreign type in their signature") {
                    @Override
                    public void check(JavaMethod method, ConditionEvents events) {
                        method.getAllInvolvedRawTypes().stream()
                                .filter(resideInAnyPackage(FOREIGN)::test)
                                .forEach(type -> events.add(SimpleConditionEvent.violated(
                                        method, method.getFullName() + " shows " + type.getName())));
                    }
                })
                .check(CLASSES);
    }

    /** What works on the journal knows its files, and not the queue that it works for. */
    @Test
    void shouldKeepQueueAboveItsJournal() {
        String below = "io\\.ipcq\\.queue\\.("
                + "Journal(Store|Producer|Consumer|Mutex|Scan|Lookup|History|Source|Waiters|Files|Control)"
                + "|Burial|Leases|ReturnedSlots|ChronicleJournal)(\\$.*)?";
        noClasses()
                .that()
                .haveNameMatching(below)
                .should()
                .dependOnClassesThat()
                .haveNameMatching("io\\.ipcq\\.queue\\.(JournalQueue|DurableQueue|SharedQueue|DeadLetters)(\\$.*)?")
                .check(CLASSES);
    }

    /** More files than this that only make sense together are more than somebody reads at once. */
    @Test
    void shouldHaveNoLargeCircleOfFiles() {
        Map<String, Set<String>> largest = FileCircles.largest(CLASSES);
        assertThat(largest).containsKey("io.ipcq.queue");
        assertThat(largest).allSatisfy((room, circle) -> assertThat(circle).hasSizeLessThanOrEqualTo(10));
    }

    /** A sum overflows, and the difference of two points of time says nothing about those that are never reached. */
    @Test
    void shouldComputeDeadlinesInOnePlace() throws IOException {
        List<Path> elsewhere = new ArrayList<>();
        for (Path source : SourceTree.sources(SourceTree.root().resolve("ipc-queue/src/main"))) {
            if (Pattern.compile("nanoTime\\(\\) \\+|- System\\.nanoTime")
                    .matcher(Files.readString(source))
                    .find()) {
                elsewhere.add(source.getFileName());
            }
        }
        assertThat(elsewhere).containsExactly(Path.of("Deadline.java"));
    }

    @Test
    void shouldNamePackagesByFeature() {
        noClasses()
                .should()
                .resideInAnyPackage("..impl..", "..internal..", "..util..", "..common..")
                .check(CLASSES);
        classes()
                .that()
                .haveSimpleNameEndingWith("Layout")
                .should()
                .notHaveModifier(JavaModifier.PUBLIC)
                .check(CLASSES);
    }
}
