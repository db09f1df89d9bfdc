// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ipcq.process.SerializableRunnable;
import io.ipcq.test.OptionsContract;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ManagerOptionsTest extends OptionsContract<ManagerBuilder, ManagerOptions> {

    private static final SerializableSupplier<Runnable> FACTORY = () -> () -> {};
    private static final SerializableRunnable INITIALIZER = () -> {};

    ManagerOptionsTest() {
        super(ManagerOptions.class);
    }

    @Override
    protected ManagerBuilder builder() {
        return Manager.builder();
    }

    @Override
    protected ManagerOptions options(ManagerBuilder builder) {
        return builder.options();
    }

    @Override
    protected ManagerBuilder from(ManagerOptions options) {
        return builder().options(options);
    }

    @Override
    protected Map<String, Object> others() {
        return Map.of(
                "types", Map.of(Runnable.class, FACTORY), "directory", Path.of("queues"), "initializer", INITIALIZER);
    }

    @Override
    protected Map<String, String> setters() {
        return Map.of("types", "register");
    }

    @Override
    protected boolean setOtherwise(ManagerBuilder builder, String option, Object value) {
        if (option.equals("types")) {
            builder.register(Runnable.class, FACTORY);
            return true;
        }
        return false;
    }

    @Test
    void shouldRefuseTypeThatIsNoInterface() {
        ManagerBuilder builder = builder().register(String.class, () -> "");
        assertThatThrownBy(builder::start)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("type=java.lang.String");
    }
}
