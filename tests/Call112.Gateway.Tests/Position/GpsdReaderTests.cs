using System.Text;
using Call112.Gateway.Position;
using CsCheck;

namespace Call112.Gateway.Tests.Position;

/// <summary>gpsd's bytes to reports: whatever the bytes and wherever they are split (man gpsd_json; F15).</summary>
[Trait("Feature", "Gnss")]
public sealed class GpsdReaderTests
{
    private const string Tpv =
        """{"class":"TPV","device":"/dev/pts/1","mode":3,"time":"2026-11-24T12:00:01.000Z","lat":0.734600000,"lon":124.316200000,"epx":4.1,"epy":6.2,"eph":8.4,"speed":0.051}""";

    [Fact]
    public void A_report_is_read_with_all_that_a_station_wants()
    {
        var fix = Assert.IsType<GpsdReport.Position>(Read(Tpv)).Fix;
        Assert.Equal(
            new Station.Fix("/dev/pts/1", 3, new DateTimeOffset(2026, 11, 24, 12, 0, 1, TimeSpan.Zero), 0.7346, 124.3162, 8.4, 0.051), fix);
        Assert.Equal(6.2, Fix(Tpv.Replace("\"eph\":8.4,", "")).HorizontalErrorM);
        Assert.Null(Fix(Tpv.Replace("\"eph\":8.4,", "").Replace("\"epx\":4.1,", "")).HorizontalErrorM);
        Assert.Equal(new Station.Fix("", 1), Fix("""{"class":"TPV","mode":1}"""));
    }

    [Theory]
    [InlineData("""{"class":"SKY","device":"a","uSat":7,"satellites":[{"used":true}]}""", 7)]
    [InlineData("""{"class":"SKY","device":"a","satellites":[{"used":true},{"used":false},{},3]}""", 1)]
    [InlineData("""{"class":"SKY","device":"a","hdop":1.7}""", null)]
    public void Satellites_in_use_are_told_or_counted(string line, int? used) => Assert.Equal(new GpsdReport.Sky("a", used), Read(line));

    [Theory]
    [InlineData("""{"class":"DEVICES","devices":[]}""", typeof(GpsdReport.Receivers))]
    [InlineData("""{"class":"DEVICE","path":"/dev/a","activated":0}""", typeof(GpsdReport.Receiver))]
    [InlineData("""{"class":"VERSION","release":"3.25"}""", typeof(GpsdReport.Version))]
    [InlineData("""{"class":"ERROR","message":"no"}""", typeof(GpsdReport.Error))]
    [InlineData("""{"class":"GST"}""", typeof(GpsdReport.Other))]
    [InlineData("", typeof(GpsdReport.Garbage))]
    [InlineData("$GPRMC,,V,,,,,,,,,,N*53", typeof(GpsdReport.Garbage))]
    [InlineData("[]", typeof(GpsdReport.Garbage))]
    [InlineData("{}", typeof(GpsdReport.Garbage))]
    [InlineData("""{"class":7}""", typeof(GpsdReport.Garbage))]
    [InlineData("""{"class":"TPV"}""", typeof(GpsdReport.Garbage))]
    [InlineData("""{"class":"TPV","mode":"3"}""", typeof(GpsdReport.Garbage))]
    [InlineData("""{"class":"TPV","mode":1e99}""", typeof(GpsdReport.Garbage))]
    [InlineData("""{"class":"TPV","mode":3,"lat":"north"}""", typeof(GpsdReport.Garbage))]
    [InlineData("""{"class":"TPV","mode":3,"lat":null}""", typeof(GpsdReport.Garbage))]
    [InlineData("""{"class":"TPV","mode":3,"time":"yesterday"}""", typeof(GpsdReport.Garbage))]
    [InlineData("""{"class":"TPV","mode":3,"device":"\ud800"}""", typeof(GpsdReport.Garbage))]
    public void Every_line_is_some_report(string line, Type report) => Assert.IsType(report, Read(line));

    [Fact]
    public void A_report_that_is_cut_anywhere_is_garbage()
    {
        for (var length = 1; length < Tpv.Length; length++)
            Assert.IsType<GpsdReport.Garbage>(Read(Tpv[..length]));
    }

    [Fact]
    public void No_bytes_at_all_raise_an_exception() =>
        Gen.OneOf(Gen.Byte.Array[0, 80], Gen.Select(Gen.Int[0, Tpv.Length - 1], Gen.Byte).Select(change =>
        {
            var bytes = Encoding.UTF8.GetBytes(Tpv);
            bytes[change.Item1] = change.Item2;
            return bytes;
        })).Sample(bytes => GpsdReader.Read(bytes) is not null, iter: 5_000);

    /// <summary>Issue 5: CR, LF and the split of the stream in every byte position.</summary>
    [Fact]
    public async Task Wherever_the_stream_is_split_the_lines_are_the_same()
    {
        var bytes = Encoding.UTF8.GetBytes("{\"class\":\"A\"}\r\n\r\n{\"class\":\"B\"}\n{\"cl\rass\":\"C\"}\r\n" + "half");
        string[] expected = ["{\"class\":\"A\"}", "{\"class\":\"B\"}", "{\"cl\rass\":\"C\"}"];
        for (var first = 0; first <= bytes.Length; first++)
            for (var second = first; second <= bytes.Length; second++)
                Assert.Equal(expected, await LinesAsync(bytes[..first], bytes[first..second], bytes[second..]));
    }

    [Theory]
    [InlineData(GpsdLines.LineMax - 1, false)]
    [InlineData(GpsdLines.LineMax, true)]
    [InlineData(GpsdLines.LineMax * 3 + 17, true)]
    public async Task A_line_above_16_KiB_is_passed_over_and_the_next_is_whole(int length, bool isTooLong)
    {
        var huge = new byte[length];
        Array.Fill(huge, (byte)'x');
        string[] expected = ["A", isTooLong ? "too long" : new string('x', length), "B"];
        Assert.Equal(expected, await LinesAsync("A\r\n"u8.ToArray(), huge, "\nB\n"u8.ToArray()));
    }

    private static GpsdReport Read(string line) => GpsdReader.Read(Encoding.UTF8.GetBytes(line));

    private static Station.Fix Fix(string line) => Assert.IsType<GpsdReport.Position>(Read(line)).Fix;

    private static async Task<List<string>> LinesAsync(params byte[][] chunks)
    {
        var lines = new List<string>();
        var reader = new GpsdLines(new ChunkedStream(chunks));
        while (await reader.ReadAsync(CancellationToken.None) is { } line)
            lines.Add(line.IsTooLong ? "too long" : Encoding.UTF8.GetString(line.Bytes.Span));
        return lines;
    }

    /// <summary>Gives its chunks one a read.</summary>
    private sealed class ChunkedStream(byte[][] chunks) : MemoryStream
    {
        private readonly Queue<ReadOnlyMemory<byte>> _chunks = new(chunks.Where(chunk => chunk.Length > 0).Select(chunk => new ReadOnlyMemory<byte>(chunk)));

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (!_chunks.TryDequeue(out var chunk))
                return ValueTask.FromResult(0);
            var count = Math.Min(chunk.Length, buffer.Length);
            chunk[..count].CopyTo(buffer);
            if (count < chunk.Length)
            {
                ReadOnlyMemory<byte>[] rest = [chunk[count..], .. _chunks];
                _chunks.Clear();
                foreach (var part in rest)
                    _chunks.Enqueue(part);
            }

            return ValueTask.FromResult(count);
        }
    }
}
