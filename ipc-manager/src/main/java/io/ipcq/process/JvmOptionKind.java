// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import java.util.List;
import java.util.Optional;

/** What an option of a JVM is about, where it matters who else has it. */
enum JvmOptionKind {

    /** Of these a JVM takes one only. */
    COLLECTOR(List.of()),

    /** Bounds the heap; what the JVM begins with must not be larger. */
    LARGEST_HEAP(List.of("-Xmx", "-XX:MaxHeapSize=", "-XX:SoftMaxHeapSize=")),

    FIRST_HEAP(List.of("-Xms", "-XX:InitialHeapSize=", "-XX:MinHeapSize=")),

    /**
     * Observes one JVM: takes a port or a file that no second one can have, or an agent that was meant for the first.
     */
    OBSERVER(List.of(
            "-agentlib:",
            "-agentpath:",
            "-javaagent:",
            "-Xrun",
            "-Xdebug",
            "-Xloggc:",
            "-XX:StartFlightRecording",
            "-XX:+ManagementServer",
            "-Dcom.sun.management.",
            "-D" + DebugPort.PROPERTY + "="));

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of
    private final List<String> prefixes;

    JvmOptionKind(List<String> prefixes) {
        this.prefixes = prefixes;
    }

    /** Empty for the many options that concern nobody else. */
    static Optional<JvmOptionKind> of(String option) {
        if (option.matches("-XX:[+]Use\\w+GC")) {
            return Optional.of(COLLECTOR);
        }
        if (option.startsWith("-Xlog:") && option.contains("file=")) {
            return Optional.of(OBSERVER);
        }
        for (JvmOptionKind kind : values()) {
            if (kind.prefixes.stream().anyMatch(option::startsWith)) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }

    boolean isAmong(List<String> options) {
        return options.stream().anyMatch(this::is);
    }

    boolean is(String option) {
        return of(option).filter(this::equals).isPresent();
    }
}
