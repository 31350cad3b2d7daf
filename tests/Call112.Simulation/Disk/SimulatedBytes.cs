namespace Call112.Simulation.Disk;

/// <summary>
/// Bytes that grow and shrink as a file's do. Invariant: what lies between the end and the next write beyond it reads as zeros.
/// In pieces, because a WAL grows by a few thousand bytes thousands of times.
/// </summary>
internal sealed class SimulatedBytes
{
    private const int PieceBytes = 16 * 1024;

    private readonly List<byte[]> _pieces = [];

    public SimulatedBytes()
    {
    }

    public SimulatedBytes(ReadOnlySpan<byte> content) => Write(content, 0);

    public long Length { get; private set; }

    /// <summary>Copies from the offset on; gives how many bytes there were.</summary>
    public int Read(Span<byte> to, long offset)
    {
        var count = (int)Math.Clamp(Length - offset, 0, to.Length);
        for (var done = 0; done < count;)
        {
            var (piece, at) = Math.DivRem(offset + done, PieceBytes);
            var part = _pieces[(int)piece].AsSpan((int)at, (int)Math.Min(PieceBytes - at, count - done));
            part.CopyTo(to[done..]);
            done += part.Length;
        }

        return count;
    }

    public void Write(ReadOnlySpan<byte> from, long offset)
    {
        if (offset + from.Length > Length)
            SetLength(offset + from.Length);
        for (var done = 0; done < from.Length;)
        {
            var (piece, at) = Math.DivRem(offset + done, PieceBytes);
            var part = (int)Math.Min(PieceBytes - at, from.Length - done);
            from.Slice(done, part).CopyTo(_pieces[(int)piece].AsSpan((int)at));
            done += part;
        }
    }

    public void SetLength(long length)
    {
        var pieces = (int)((length + PieceBytes - 1) / PieceBytes);
        if (pieces < _pieces.Count)
            _pieces.RemoveRange(pieces, _pieces.Count - pieces);
        if (length < Length && length % PieceBytes is > 0 and var end)
            _pieces[^1].AsSpan((int)end).Clear();
        while (_pieces.Count < pieces)
            _pieces.Add(new byte[PieceBytes]);
        Length = length;
    }

    public byte[] ToArray()
    {
        var bytes = new byte[Length];
        Read(bytes, 0);
        return bytes;
    }

    public SimulatedBytes Copy()
    {
        var copy = new SimulatedBytes { Length = Length };
        foreach (var piece in _pieces)
            copy._pieces.Add((byte[])piece.Clone());
        return copy;
    }
}
