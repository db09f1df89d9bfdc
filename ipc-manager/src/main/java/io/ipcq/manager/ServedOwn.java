// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/** An object of the program's own, of which exactly the methods of its registered interface can be called. */
final class ServedOwn extends Served {

    private final OwnType type;
    private final Object target;
    private final Workers workers;

    ServedOwn(Key key, OwnType type, Object target, Workers workers) {
        super(key);
        this.type = type;
        this.target = target;
        this.workers = workers;
    }

    /** Each call has a thread, as nobody knows whether it blocks. */
    @Override
    void call(Call call, String operation) {
        OwnType.Operation method = type.operation(call.text(1));
        if (method == null) {
            throw noSuch(call.text(1));
        }
        call.session().count(call);
        workers.carryOut(call, () -> run(call, method));
    }

    private void run(Call call, OwnType.Operation operation) {
        try {
            Object[] arguments = operation.decode(call.list(2));
            call.reply(operation.encode(invoke(operation.method(), arguments)));
        } catch (RpcException | Error e) {
            call.fail(e);
        } catch (RuntimeException e) {
            call.fail(new RpcException(
                    Protocol.INVALID_PARAMS,
                    "arguments or result are not of their types: method="
                            + operation.method().getName()));
        }
    }

    private @Nullable Object invoke(Method method, Object[] arguments) {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw RpcException.of(e.getCause() == null ? e : e.getCause());
        } catch (IllegalAccessException e) {
            throw new RpcException(Protocol.INTERNAL, "the method is not accessible: method=" + method.getName());
        }
    }

    @Override
    void dispose() throws Exception {
        if (target instanceof AutoCloseable closeable) {
            closeable.close();
        }
    }
}
