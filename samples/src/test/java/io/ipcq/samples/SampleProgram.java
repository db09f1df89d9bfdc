// SPDX-License-Identifier: Apache-2.0
package io.ipcq.samples;

import io.ipcq.queue.SharedQueue;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs a sample as its reader would: in a JVM of its own, to its end. */
final class SampleProgram {

    private SampleProgram() {}

    /** What the sample and its children printed, standard error included. */
    static List<String> run(Class<?> sample, String... arguments) throws IOException, InterruptedException {
        return run(Path.of(""), classPath(), sample.getName(), arguments);
    }

    /** The same for a program that was compiled into a directory, which it is run in. */
    static List<String> run(Path classes, String program) throws IOException, InterruptedException {
        return run(classes, classes + File.pathSeparator + classPath(), program);
    }

    static String classPath() {
        return System.getProperty("java.class.path");
    }

    private static List<String> run(Path directory, String classPath, String program, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(SharedQueue.jvmOptions());
        command.add("-XX:TieredStopAtLevel=1"); // it ends before better code is of use
        command.addAll(List.of("-cp", classPath, program));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .directory(directory.toAbsolutePath().toFile())
                .redirectErrorStream(true)
                .redirectInput(new File("/dev/null"))
                .start();
        try {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new AssertionError(program + " failed: " + output);
            }
            return output.lines().toList();
        } finally {
            process.destroyForcibly();
        }
    }
}
