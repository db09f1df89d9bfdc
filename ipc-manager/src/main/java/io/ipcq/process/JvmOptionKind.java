// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import java.util.List;
import java.util.Optional;

/** The kinds of JVM options that may contradict other options or concern other JVMs. */
enum JvmOptionKind {

    /** Chooses a collector. A JVM accepts only one. */
    COLLECTOR(List.of()),

    /** Bounds the heap. The initial heap must not be larger. */
    LARGEST_HEAP(List.of("-Xmx", "-XX:MaxHeapSize=", "-XX:SoftMaxHeapSize=")),

    FIRST_HEAP(List.of("-Xms", "-XX:InitialHeapSize=", "-XX:MinHeapSize=")),

    /**
     * Observes one JVM. It takes a port or a file that no second JVM can have, or an agent that is meant for the first
     * JVM.
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

    /** The kind of an option; empty for the many options that are of none of these kinds. */
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
