using Dbt.Runtime.Network;

namespace Dbt.Tool.Network;

/// <summary>A cable that ends in nothing: what is sent is lost, and nothing comes.</summary>
internal sealed class Unconnected : INetworkBackend
{
    /// <inheritdoc/>
    public bool LivesInHostTime => false;

    /// <inheritdoc/>
    public event Action? Arrived
    {
        add { }
        remove { }
    }

    /// <inheritdoc/>
    public void Send(ReadOnlySpan<byte> frame, long now) { }

    /// <inheritdoc/>
    public byte[]? Receive(long now) => null;

    /// <inheritdoc/>
    public void Dispose() { }
}
