// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.memory.PrivateFiles;
import io.ipcq.process.ChildProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** How a worker ended. */
record Obituary(
        String worker,
        long pid,
        int exitCode,
        String exitDescription,
        List<String> lastErrorLines,
        Optional<Path> crashReport) {

    /** Of a child that has ended. */
    static Obituary of(ChildProcess child, Optional<Path> directory) {
        return new Obituary(
                child.name(),
                child.pid(),
                child.exitCode().orElse(0),
                child.exitDescription(),
                child.lastErrorLines(),
                crashReport(child.pid(), directory.orElse(Path.of(""))));
    }

    /** In the working directory, or where the JVM writes when it may not write there. */
    static Optional<Path> crashReport(long pid, Path directory) {
        return Stream.of(directory, Path.of(System.getProperty("java.io.tmpdir")), Path.of("/tmp"))
                .map(place -> place.resolve("hs_err_pid" + pid + ".log").toAbsolutePath())
                .filter(Obituary::isOwn)
                .findFirst();
    }

    /** Anybody could have put a file of that name there. */
    private static boolean isOwn(Path file) {
        try {
            return PrivateFiles.isOwn(file);
        } catch (IOException none) {
            return false;
        }
    }

    String describe() {
        return exitDescription + ", worker=" + worker + ", pid=" + pid
                + crashReport.map(file -> ", crashReport=" + file).orElse("")
                + (lastErrorLines.isEmpty()
                        ? ""
                        : ", stderr=[" + String.join(System.lineSeparator(), lastErrorLines) + "]");
    }
}
