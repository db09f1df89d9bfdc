// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** All that is decided when a JVM starts. JVMs of equal launches are interchangeable. */
record Launch(
        ChildJava java,
        List<String> yieldingOptions,
        List<String> jvmOptions,
        Map<String, String> environment,
        Optional<Path> directory,
        List<Path> classPath,
        boolean inheritsClassPath,
        Output output) {

    /** By hand: the methods that a record has by itself take a JVM that has just started 150 us longer. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Launch that && parts().equals(that.parts());
    }

    @Override
    public int hashCode() {
        return parts().hashCode();
    }

    private List<Object> parts() {
        return List.of(
                java.executable(),
                yieldingOptions,
                jvmOptions,
                environment,
                directory,
                classPath,
                inheritsClassPath,
                output);
    }

    /** The options that the JVM will find in its environment. */
    EnvironmentOptions environmentOptions() {
        return EnvironmentOptions.of(System.getenv(), environment, jvmOptions);
    }

    /** The same with one more option, which wins over the others. */
    Launch with(String jvmOption) {
        List<String> more =
                Stream.concat(jvmOptions.stream(), Stream.of(jvmOption)).toList();
        return new Launch(java, yieldingOptions, more, environment, directory, classPath, inheritsClassPath, output);
    }

    private static List<String> jvmOptions(ChildProcessOptions options) {
        return options.logLevel() == System.Logger.Level.OFF
                ? options.jvmOptions()
                : Stream.concat(ChildLogs.jvmOptions().stream(), options.jvmOptions().stream())
                        .toList();
    }

    static Launch of(Task task, ChildProcessOptions options) throws IOException {
        return new Launch(
                options.java().map(ChildJava::at).orElse(ChildJava.OWN),
                options.yieldingOptions(),
                jvmOptions(options),
                options.environment(),
                options.directory(),
                ChildClassPath.of(task, options),
                options.classPath().isEmpty(),
                options.output());
    }
}
