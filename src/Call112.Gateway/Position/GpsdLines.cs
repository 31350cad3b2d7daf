namespace Call112.Gateway.Position;

/// <summary>One line of gpsd, without its end.</summary>
/// <param name="Bytes">Valid until the next read; empty when it was too long.</param>
/// <param name="IsTooLong">The line was longer than <see cref="GpsdLines.LineMax"/>; its bytes were passed over.</param>
internal readonly record struct GpsdLine(ReadOnlyMemory<byte> Bytes, bool IsTooLong);

/// <summary>
/// Cuts a stream into lines that end with LF or CR LF (man gpsd_json: CR LF). Wherever the stream is split, the lines are the same.
/// Invariants: never holds more than <see cref="LineMax"/> bytes; what is longer is passed over up to its end and told as one line; empty lines
/// are passed over. Not its business: what a line means, and time.
/// </summary>
internal sealed class GpsdLines(Stream stream)
{
    /// <summary>Longest line, bytes. gpsd cuts its own at 10,240 (man gpsd_json).</summary>
    public const int LineMax = 16 * 1024;

    private readonly byte[] _buffer = new byte[LineMax];
    private int _begin;
    private int _end;
    private bool _passingOver;

    /// <summary>The next line, or null at the end of the stream; a last line without its end is dropped, for it may be half.</summary>
    public async ValueTask<GpsdLine?> ReadAsync(CancellationToken cancel)
    {
        while (true)
        {
            while (Array.IndexOf(_buffer, (byte)'\n', _begin, _end - _begin) is >= 0 and var lineFeed)
            {
                var (begin, end) = (_begin, lineFeed > _begin && _buffer[lineFeed - 1] == '\r' ? lineFeed - 1 : lineFeed);
                _begin = lineFeed + 1;
                if (_passingOver)
                {
                    _passingOver = false;
                    return new GpsdLine(default, IsTooLong: true);
                }

                if (end > begin)
                    return new GpsdLine(_buffer.AsMemory(begin, end - begin), IsTooLong: false);
            }

            MakeRoom();
            var count = await stream.ReadAsync(_buffer.AsMemory(_end), cancel);
            if (count == 0)
                return null;
            _end += count;
        }
    }

    private void MakeRoom()
    {
        var waiting = _end - _begin;
        if (waiting == _buffer.Length)
            (_passingOver, waiting) = (true, 0);
        else
            Buffer.BlockCopy(_buffer, _begin, _buffer, 0, waiting);
        if (_passingOver)
            waiting = 0;
        (_begin, _end) = (0, waiting);
    }
}
