// SPDX-License-Identifier: Apache-2.0
package io.ipcq;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which part may know which: arrows go down, and each foreign library has one doorway. */
class ArchitectureTest {

    private static final String[] OWN_AND_JDK = {"java..", "io.ipcq..", "org.jspecify.."};

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.ipcq");

    @Test
    void shouldFindClasses() {
        assertThat(CLASSES.stream().map(JavaClass::getPackageName).distinct())
                .contains("io.ipcq", "io.ipcq.memory", "io.ipcq.codec", "io.ipcq.queue");
    }

    @Test
    void shouldPointDownOnly() {
        only("io.ipcq.memory", "io.ipcq");
        only("io.ipcq.codec", "io.ipcq");
        only("io.ipcq", "io.ipcq");
        only("io.ipcq.queue", "io.ipcq", "io.ipcq.memory", "io.ipcq.codec");
        SlicesRuleDefinition.slices()
                .matching("io.ipcq.(*)..")
                .should()
                .beFreeOfCycles()
                .check(CLASSES);
    }

    private static void only(String from, String... to) {
        String[] allowed = Stream.concat(Stream.of(from), Stream.of(to)).toArray(String[]::new);
        noClasses()
                .that()
                .resideInAPackage(from)
                .should()
                .dependOnClassesThat(resideInAPackage("io.ipcq..").and(resideOutsideOfPackages(allowed)))
                .check(CLASSES);
    }

    @Test
    void shouldReachEachLibraryThroughItsDoorway() {
        doorway("net.openhft..", "io\\.ipcq\\.queue\\.ChronicleJournal(\\$.*)?");
        doorway("tools.jackson..", "io\\.ipcq\\.codec\\.\\w+(\\$.*)?");
        doorway("com.kenai.jffi..", "io\\.ipcq\\.memory\\.JffiCall(\\$.*)?");
        doorway("java.lang.foreign..", "io\\.ipcq\\.memory\\.ForeignCall(\\$.*)?");
    }

    private static void doorway(String library, String only) {
        noClasses()
                .that()
                .haveNameNotMatching(only)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library)
                .check(CLASSES);
    }

    @Test
    void shouldNameNoOtherLibrary() {
        classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java..",
                        "io.ipcq..",
                        "org.jspecify..",
                        "org.slf4j..",
                        "net.openhft..",
                        "tools.jackson..",
                        "com.fasterxml.jackson.annotation..",
                        "com.kenai.jffi..")
                .check(CLASSES);
    }

    @Test
    void shouldStartNoProcessAndOpenNoSocket() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .haveNameMatching("java\\.lang\\.(ProcessBuilder|Process|Runtime\\$Exec).*")
                .orShould()
                .dependOnClassesThat()
                .resideInAnyPackage("java.net..", "javax.net..", "java.rmi..")
                .orShould()
                .dependOnClassesThat()
                .haveNameMatching("java\\.nio\\.channels\\..*Socket.*")
                .orShould()
                .callMethod(Runtime.class, "exec", String.class)
                .orShould()
                .callMethod(Runtime.class, "exec", String[].class)
                .check(CLASSES);
    }

    @Test
    void shouldShowNoForeignTypeInPublicSignatures() {
        methods()
                .that()
                .areDeclaredInClassesThat()
                .arePublic()
                .and(DescribedPredicate.describe(
                        "can be called from outside",
                        method -> method.getModifiers().stream()
                                .anyMatch(modifier -> modifier.name().equals("PUBLIC")
                                        || modifier.name().equals("PROTECTED"))))
                .should(showOnlyOwnTypes())
                .check(CLASSES);
    }

    private static ArchCondition<JavaMethod> showOnlyOwnTypes() {
        return new ArchCondition<>("show types of the JDK and of ipcq only") {
            @Override
            public void check(JavaMethod method, ConditionEvents events) {
                Stream.of(method.getAllInvolvedRawTypes().stream(), method.getThrowsClause().getTypes().stream())
                        .flatMap(types -> types)
                        .map(JavaClass::getBaseComponentType)
                        .filter(type -> !type.isPrimitive())
                        .filter(resideOutsideOfPackages(OWN_AND_JDK))
                        .forEach(type -> events.add(SimpleConditionEvent.violated(
                                method, method.getFullName() + " shows " + type.getName())));
            }
        };
    }

    @Test
    void shouldNameNoPackageAfterNothing() {
        noClasses()
                .should()
                .resideInAnyPackage("..impl..", "..internal..", "..util..", "..utils..", "..common..", "..helper..")
                .check(CLASSES);
    }

    @Test
    void shouldHaveNoAnalyticsOnTheClassPath() {
        assertThatThrownBy(() -> Class.forName("net.openhft.chronicle.analytics.Analytics"))
                .isInstanceOf(ClassNotFoundException.class);
        assertThat(System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")))
                .contains("chronicle-queue")
                .doesNotContain("chronicle-analytics");
    }
}
