using System.Text;
using Call112.Simulation.Time;

namespace Call112.Simulation.Gnss;

/// <summary>One connection to gpsd in memory: what is fed in is read, what is written is told. Ends when it is closed.</summary>
/// <param name="written">Gets each line that the client writes.</param>
internal sealed class GpsdStream(Life life, Action<string> written) : Stream
{
    private readonly Queue<byte[]> _waiting = [];
    private TaskCompletionSource? _arrival;
    private bool _isClosed;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public void Feed(string text)
    {
        _waiting.Enqueue(Encoding.UTF8.GetBytes(text));
        Arrived();
    }

    /// <summary>gpsd closes the connection.</summary>
    public void End()
    {
        _isClosed = true;
        Arrived();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_waiting.Count == 0)
        {
            if (_isClosed)
                return 0;
            var arrival = _arrival = new TaskCompletionSource();
            using (cancellationToken.UnsafeRegister(_ => arrival.TrySetCanceled(cancellationToken), null))
                await arrival.Task;
        }

        var bytes = _waiting.Dequeue();
        bytes.CopyTo(buffer);
        return bytes.Length;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        written(Encoding.ASCII.GetString(buffer.Span));
        return ValueTask.CompletedTask;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Flush()
    {
        // Nothing is held back.
    }

    private void Arrived() => life.Run(() => _arrival?.TrySetResult());
}
