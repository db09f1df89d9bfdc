// SPDX-License-Identifier: Apache-2.0
package io.ipcq.kafka;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ipcq.queue.QueueAddress;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kafka's clients, which are made without a broker. */
class ClientsTest {

    @Test
    void shouldTakeLongRequestsAlone(@TempDir Path directory) throws Exception {
        Path config = Files.writeString(directory.resolve("client.properties"), "request.timeout.ms=45000\n");
        Clients clients = new Clients(QueueAddress.of(URI.create("kafka://127.0.0.1:9/orders?config=" + config)));
        assertThatCode(() -> clients.producer(1000, 2000).close(Duration.ZERO)).doesNotThrowAnyException();
        assertThatCode(() -> clients.admin().close(Duration.ZERO)).doesNotThrowAnyException();
    }

    /** Who makes a queue where there is none finds no reason for that here. */
    @Test
    void shouldNotTakeMissingPropertiesForMissingQueue(@TempDir Path directory) {
        Path missing = directory.resolve("client.properties");
        URI address = URI.create("kafka://127.0.0.1:9/orders?config=" + missing);
        assertThatThrownBy(() -> new Clients(QueueAddress.of(address)))
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("config=" + missing);
    }
}
