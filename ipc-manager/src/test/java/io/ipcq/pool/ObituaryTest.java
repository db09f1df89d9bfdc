// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ObituaryTest {

    private static final long PID = Long.MAX_VALUE;
    private static final Instant STARTED = Instant.now();

    @TempDir
    Path directory;

    private Path report;

    @BeforeEach
    void writeReport() throws IOException {
        report = Files.createFile(directory.resolve("hs_err_pid" + PID + ".log"));
    }

    @Test
    void shouldNameReportOfCrash() {
        assertThat(Obituary.crashReport(PID, STARTED, directory)).contains(report);
        assertThat(Obituary.crashReport(PID - 1, STARTED, directory)).isEmpty();
    }

    @Test
    void shouldNameNoReportOfAnEarlierProcessWithThePid() throws Exception {
        Files.setLastModifiedTime(report, FileTime.from(STARTED.minusSeconds(3)));
        assertThat(Obituary.crashReport(PID, STARTED, directory)).isEmpty();
    }

    @Test
    void shouldNameNoReportOfAnotherUser() throws Exception {
        assumeTrue(Integer.valueOf(0).equals(Files.getAttribute(report, "unix:uid")), "only root can give a file away");
        Files.setAttribute(report, "unix:uid", 65534, LinkOption.NOFOLLOW_LINKS);
        assertThat(Obituary.crashReport(PID, STARTED, directory)).isEmpty();
    }

    @Test
    void shouldNameNoLink() throws Exception {
        Files.createSymbolicLink(directory.resolve("hs_err_pid1.log"), report);
        assertThat(Obituary.crashReport(1, STARTED, directory)).isEmpty();
    }
}
