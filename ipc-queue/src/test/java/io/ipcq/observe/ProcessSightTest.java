// SPDX-License-Identifier: Apache-2.0
package io.ipcq.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class ProcessSightTest {

    @Test
    @EnabledOnOs(OS.LINUX)
    void shouldSeeThisProcess() {
        ProcessSight sight =
                Objects.requireNonNull(ProcessSight.of(ProcessHandle.current().pid()));
        assertThat(sight.user()).isEqualTo(System.getProperty("user.name"));
        assertThat(sight.command()).contains("java");
        assertThat(sight.isStopped()).isFalse();
        assertThat(sight.started()).isNotNull();
        assertThat(ProcessSight.of(Integer.MAX_VALUE)).isNull();
    }

    @Test
    void shouldHideSecrets() {
        assertThat(ProcessSight.withoutSecrets(List.of(
                        "app", "--password", "a", "-Dtoken=b", "--db-passwd=c", "--api-key=d", "-v", "secretary", "e")))
                .containsExactly(
                        "app",
                        "--password",
                        "***",
                        "-Dtoken=***",
                        "--db-passwd=***",
                        "--api-key=***",
                        "-v",
                        "secretary",
                        "e");
    }

    /** Each word that secrets are called by, in each form of a command line, and what looks like one and is none. */
    @Test
    void shouldHideEachSecretInEachForm() {
        for (String name : List.of(
                "password",
                "passwd",
                "passphrase",
                "pass",
                "secret",
                "client-secret",
                "token",
                "AUTH_TOKEN",
                "apikey",
                "api-key",
                "access_key",
                "private.key",
                "credentials")) {
            assertThat(ProcessSight.withoutSecrets(
                            List.of("app", "--" + name, "hidden", "--" + name + "=hidden", name + "=hidden", "shown")))
                    .as(name)
                    .containsExactly("app", "--" + name, "***", "--" + name + "=***", name + "=***", "shown");
        }
        for (String name : List.of("bypass", "passenger", "compass", "key", "monkey", "keyboard", "user")) {
            assertThat(ProcessSight.withoutSecrets(List.of("app", "--" + name, "shown", name + "=shown")))
                    .as(name)
                    .containsExactly("app", "--" + name, "shown", name + "=shown");
        }
        assertThat(ProcessSight.withoutSecrets(List.of("--url=jdbc:db://ann:hidden@host/x", "http://host/@shown")))
                .containsExactly("--url=jdbc:db://***@host/x", "http://host/@shown");
    }

    @Test
    void shouldNameProgramWithoutOptionsOfJava() {
        assertThat(program("/usr/bin/java -Xmx1g -cp a.jar:b.jar @file --add-opens x=y com.example.Feed -v orders"))
                .isEqualTo("java com.example.Feed -v orders");
        assertThat(program("/usr/bin/java -jar feed.jar")).isEqualTo("java feed.jar");
        assertThat(program("sleep 5")).isEqualTo("sleep 5");
        assertThat(program("")).isEmpty();
    }

    private static String program(String command) {
        return new ProcessSight(1, 'S', "ann", command, null).program();
    }
}
