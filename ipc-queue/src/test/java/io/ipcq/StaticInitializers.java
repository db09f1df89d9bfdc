// SPDX-License-Identifier: Apache-2.0
package io.ipcq;

import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a static initializer must not do, nor what it calls: anything that wants a thread, a descriptor, memory outside
 * the heap or another library's good will. It may be missing for an instant, and a class that cannot be initialised is
 * lost to its JVM.
 */
public final class StaticInitializers {

    /** Types, and methods of types. */
    private static final Set<String> FORBIDDEN = Set.of(
            "java.lang.Thread.<init>",
            "java.lang.Thread.start",
            "java.lang.Runtime.addShutdownHook",
            "java.lang.System.load",
            "java.lang.System.loadLibrary",
            "java.lang.ProcessBuilder",
            "java.lang.ref.Cleaner",
            "java.util.Timer",
            "java.util.ServiceLoader",
            "java.nio.ByteBuffer.allocateDirect",
            "java.nio.file.Files");

    private static final List<String> FORBIDDEN_PACKAGES =
            List.of("java.io", "java.net", "java.nio.channels", "java.lang.management", "org.slf4j", "com.kenai");

    private StaticInitializers() {}

    /** Fails if one does. */
    public static void check(JavaClasses classes) {
        ArchRuleDefinition.classes()
                .should(new ArchCondition<JavaClass>("be initialised without what may be missing for an instant") {
                    @Override
                    public void check(JavaClass type, ConditionEvents events) {
                        type.getStaticInitializer().ifPresent(unit -> visit(unit, new HashSet<>(), type, events));
                    }
                })
                .check(classes);
    }

    /** What a lambda does, it does later. */
    private static void visit(JavaCodeUnit unit, Set<JavaCodeUnit> seen, JavaClass type, ConditionEvents events) {
        if (!seen.add(unit)) {
            return;
        }
        for (JavaCall<?> call : unit.getCallsFromSelf()) {
            if (call.isDeclaredInLambda()) {
                continue;
            }
            JavaClass owner = call.getTargetOwner();
            String name = owner.getName() + "." + call.getName();
            if (owner.getPackageName().startsWith("io.ipcq")) {
                call.getTarget().resolveMember().ifPresent(callee -> visit((JavaCodeUnit) callee, seen, type, events));
            } else if (FORBIDDEN.contains(name)
                    || FORBIDDEN.contains(owner.getName())
                    || FORBIDDEN_PACKAGES.stream().anyMatch(owner.getPackageName()::startsWith)) {
                events.add(SimpleConditionEvent.violated(type, type.getName() + ": " + call.getDescription()));
            }
        }
    }
}
