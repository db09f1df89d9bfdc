// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.memory.PrivateFiles;
import io.ipcq.process.ChildProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
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

    /** The precision of file times. Some file systems store them in steps of two seconds. */
    private static final Duration CLOCK_OF_FILES = Duration.ofSeconds(2);

    /** The obituary of a child that has ended. */
    static Obituary of(ChildProcess child, Instant started, Optional<Path> directory) {
        return new Obituary(
                child.name(),
                child.pid(),
                child.exitCode().orElse(0),
                child.exitDescription(),
                child.lastErrorLines(),
                crashReport(child.pid(), started, directory.orElse(Path.of(""))));
    }

    /**
     * The crash report of the JVM, in the working directory, or in the directory that the JVM uses if it cannot write
     * there.
     */
    static Optional<Path> crashReport(long pid, Instant started, Path directory) {
        return Stream.of(directory, Path.of(System.getProperty("java.io.tmpdir")), Path.of("/tmp"))
                .map(place -> place.resolve("hs_err_pid" + pid + ".log").toAbsolutePath())
                .filter(file -> isOwn(file) && isOf(started, file))
                .findFirst();
    }

    /** Whether the file belongs to this user. Anybody could have put a file of that name there. */
    private static boolean isOwn(Path file) {
        try {
            return PrivateFiles.isOwn(file);
        } catch (IOException none) {
            return false;
        }
    }

    /** Whether the file is not older than the worker. An earlier process with the same pid could have left it. */
    private static boolean isOf(Instant started, Path file) {
        try {
            return !Files.getLastModifiedTime(file).toInstant().isBefore(started.minus(CLOCK_OF_FILES));
        } catch (IOException gone) {
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
