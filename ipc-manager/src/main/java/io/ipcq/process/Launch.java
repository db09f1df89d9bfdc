// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

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

    private static List<String> logOptions(ChildProcessOptions options) {
        return options.logLevel() == System.Logger.Level.OFF ? List.of() : ChildLogs.jvmOptions();
    }

    static Launch of(Task task, ChildProcessOptions options) throws IOException {
        return new Launch(
                options.java().map(ChildJava::at).orElse(ChildJava.OWN),
                options.yieldingOptions(),
                Stream.concat(logOptions(options).stream(), options.jvmOptions().stream())
                        .toList(),
                options.environment(),
                options.directory(),
                ChildClassPath.of(task, options),
                options.classPath().isEmpty(),
                options.output());
    }
}
