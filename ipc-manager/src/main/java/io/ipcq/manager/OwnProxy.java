// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import io.ipcq.Handle;
import io.ipcq.manager.wire.Operation.OfObject;
import io.ipcq.manager.wire.OwnType;
import io.ipcq.manager.wire.Thrown;
import java.io.ObjectStreamException;
import java.io.Serializable;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/** Carries the calls of an interface of the program's own to the server. */
final class OwnProxy implements InvocationHandler, ProxyEnd, Serializable {

    private static final long serialVersionUID = 1L;

    private final transient Reference reference;
    private final transient OwnType type;

    private OwnProxy(Reference reference, OwnType type) {
        this.reference = reference;
        this.type = type;
    }

    static Object make(Reference reference, Class<?> type) {
        return Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type, AutoCloseable.class, Serializable.class},
                new OwnProxy(reference, new OwnType(type)));
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // a proxy equals itself only
    public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
            throws Throwable {
        if (method.getDeclaringClass() == Object.class) {
            return switch (method.getName()) {
                case "equals" -> arguments != null && proxy == arguments[0];
                case "hashCode" -> System.identityHashCode(proxy);
                default -> type.type().getSimpleName() + " " + reference;
            };
        }
        if (method.getDeclaringClass() == AutoCloseable.class) {
            reference.close();
            return null;
        }
        OwnType.Operation operation = type.operation(method);
        try {
            return operation.decode(
                    reference.await(null, OfObject.CALL, operation.name(), operation.encode(arguments)));
        } catch (ManagerException e) {
            Thrown thrown = e.thrown();
            Throwable own = thrown == null ? null : thrown.remake(method.getExceptionTypes());
            if (own == null) {
                throw e;
            }
            own.addSuppressed(e);
            throw own;
        }
    }

    @Override
    public Reference reference() {
        return reference;
    }

    /** The proxy's class travels, with this in it. It arrives attached to the same object. */
    private Object writeReplace() throws ObjectStreamException {
        reference.requireOpen();
        return new Recipe(ProxyHandle.of(reference, null, null, type.type()).asHandler());
    }

    /** Stands for the handler within the proxy. */
    private record Recipe(ProxyHandle.Recipe recipe) implements Handle {
        private Object readResolve() throws ObjectStreamException {
            return new OwnProxy(recipe.open(), new OwnType(recipe.own()));
        }
    }
}
