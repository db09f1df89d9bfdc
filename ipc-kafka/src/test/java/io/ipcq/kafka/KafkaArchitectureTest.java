// SPDX-License-Identifier: Apache-2.0
package io.ipcq.kafka;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Keeps the arrows and the doorways of docs/architecture.md. */
@Tag("once")
class KafkaArchitectureTest {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.ipcq.kafka");

    @Test
    void shouldUseOnlyThePublicSideOfQueues() {
        classes()
                .should(new ArchCondition<JavaClass>("depend only on public classes of the queue library") {
                    @Override
                    public void check(JavaClass user, ConditionEvents events) {
                        user.getDirectDependenciesFromSelf().stream()
                                .filter(use ->
                                        use.getTargetClass().getPackageName().startsWith("io.ipcq")
                                                && !use.getTargetClass()
                                                        .getPackageName()
                                                        .equals("io.ipcq.kafka"))
                                .filter(use ->
                                        !use.getTargetClass().getModifiers().contains(JavaModifier.PUBLIC))
                                .forEach(use -> events.add(SimpleConditionEvent.violated(use, use.getDescription())));
                    }
                })
                .check(CLASSES);
    }

    @Test
    void shouldUseOnlyThePublicSideOfKafka() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.apache.kafka..internals..", "org.apache.kafka.common.utils..", "kafka..")
                .check(CLASSES);
    }

    @Test
    void shouldShowNoTypesOfKafka() {
        methods()
                .that()
                .arePublic()
                .and()
                .areDeclaredInClassesThat()
                .arePublic()
                .should(new ArchCondition<JavaMethod>("have no type of Kafka in their signature") {
                    @Override
                    public void check(JavaMethod method, ConditionEvents events) {
                        method.getAllInvolvedRawTypes().stream()
                                .filter(type -> isReachable(method.getOwner()))
                                .filter(type -> type.getPackageName().startsWith("org.apache.kafka"))
                                .forEach(type -> events.add(SimpleConditionEvent.violated(
                                        method, method.getFullName() + " shows " + type.getName())));
                    }
                })
                .check(CLASSES);
    }

    /** What a class of this package declares inside is public, too, and nobody else's. */
    private static boolean isReachable(JavaClass type) {
        return type.getModifiers().contains(JavaModifier.PUBLIC)
                && type.getEnclosingClass()
                        .map(KafkaArchitectureTest::isReachable)
                        .orElse(true);
    }
}
