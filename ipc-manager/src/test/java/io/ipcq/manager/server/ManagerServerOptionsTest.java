// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ipcq.connection.AuthKey;
import io.ipcq.test.OptionsContract;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class ManagerServerOptionsTest extends OptionsContract<ManagerServerBuilder, ManagerServerOptions> {

    private static final Supplier<Runnable> FACTORY = () -> () -> {};

    ManagerServerOptionsTest() {
        super(ManagerServerOptions.class);
    }

    @Override
    protected ManagerServerBuilder builder() {
        return ManagerServer.builder();
    }

    @Override
    protected ManagerServerOptions options(ManagerServerBuilder builder) {
        return builder.options();
    }

    @Override
    protected ManagerServerBuilder from(ManagerServerOptions options) {
        return builder().options(options);
    }

    @Override
    protected Map<String, Object> others() {
        return Map.of("types", Map.of(Runnable.class, FACTORY), "directory", Path.of("queues"));
    }

    @Override
    protected Map<String, String> setters() {
        return Map.of("types", "register", "groupTrusted", "trustGroup", "shutdownAllowed", "allowShutdown");
    }

    @Override
    protected boolean setOtherwise(ManagerServerBuilder builder, String option, Object value) {
        if (option.equals("types")) {
            builder.register(Runnable.class, FACTORY);
            return true;
        }
        return false;
    }

    @Test
    void shouldServeWithTheOptionsThatWereSet() throws Exception {
        ManagerServerBuilder builder = builder().maxClients(7);
        try (ManagerServer server = builder.bind(AuthKey.random())) {
            assertThat(server.options()).isEqualTo(builder.options());
        }
    }

    @Test
    void shouldRefuseTypeThatIsNoInterface() {
        ManagerServerBuilder builder = builder().register(String.class, () -> "");
        assertThatThrownBy(() -> builder.bind(AuthKey.random()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("type=java.lang.String");
    }
}
