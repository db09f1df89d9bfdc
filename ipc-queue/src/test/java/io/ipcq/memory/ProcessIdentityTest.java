// SPDX-License-Identifier: Apache-2.0
package io.ipcq.memory;

import static io.ipcq.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class ProcessIdentityTest {

    @Test
    void shouldTellThisProcessFromAnEarlierOneWithItsPid() throws Exception {
        ProcessIdentity me = ProcessIdentity.current();
        assertThat(me.isAlive()).isTrue();
        assertThat(EarlierProcess.withPid(ProcessHandle.current().pid()).isAlive())
                .isFalse();
        assertThat(me.text()).matches(ProcessHandle.current().pid() + "-[0-9]+");

        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(me);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            assertThat(((ProcessIdentity) in.readObject()).isAlive()).isTrue();
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void shouldTellTheEndOfAProcess() throws Exception {
        Process process = new ProcessBuilder("sleep", "600").start();
        ProcessIdentity identity = ProcessIdentity.of(process.pid());
        assertThat(identity.isAlive()).isTrue();

        process.destroyForcibly().waitFor();

        assertThat(identity.isAlive()).isFalse();
        assertThat(ProcessIdentity.of(process.pid()).isAlive()).isFalse();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void shouldCountWhatNobodyTookNoticeOfAsEnded() throws Exception {
        // the shell becomes a program that does not ask for the end of its child
        Process careless = new ProcessBuilder("sh", "-c", "sleep 600 & echo $!; exec sleep 600").start();
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(careless.getInputStream(), StandardCharsets.US_ASCII))) {
            long pid = Long.parseLong(out.readLine());
            ProcessIdentity identity = ProcessIdentity.of(pid);
            assertThat(identity.isAlive()).isTrue();

            ProcessHandle.of(pid).orElseThrow().destroyForcibly();

            await().until(() -> !identity.isAlive());
        } finally {
            careless.descendants().forEach(ProcessHandle::destroyForcibly);
            careless.destroyForcibly().waitFor();
        }
    }
}
