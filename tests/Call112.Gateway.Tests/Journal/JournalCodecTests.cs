using System.Text.Json;
using Call112.Gateway.Journal;
using Call112.Messages;
using Call112.Station;

namespace Call112.Gateway.Tests.Journal;

public sealed class JournalCodecTests
{
    private static readonly JournalEntry[] s_samples =
    [
        new JournalEntry.Started(Samples.At(0), "boot-1", TimeSpan.FromMinutes(7)),
        new JournalEntry.DispatchStored(Samples.At(1.234_567), Samples.Dispatch(), TimeSpan.FromMinutes(15), Sounds: true),
        new JournalEntry.Reported(Samples.At(2, ClockState.Unsynchronized), Samples.Report(4211, ReportEvent.Acknowledged, Samples.Id(1))),
        new JournalEntry.Renumbered(Samples.At(3), Samples.Report(Report.SequenceMax)),
        new JournalEntry.AmendedAfterEnd(Samples.At(4), Samples.Id(2), Revision: 3),
        new JournalEntry.ReceiptStored(Samples.At(5), 4210),
        new JournalEntry.NumberingAdopted(Samples.At(6), 9000),
        new JournalEntry.Silenced(Samples.At(7)),
        new JournalEntry.Chimed(Samples.At(8), TimeSpan.FromSeconds(3)),
        new JournalEntry.Lapsed(Samples.At(9), Samples.Id(3)),
        new JournalEntry.TimeMarked(Samples.At(10)),
        new JournalEntry.SmsAccepted(Samples.At(11), 1_795_000_000, Samples.Id(4)),
    ];

    /// <summary>Texts that a dispatch may carry and that a careless codec would lose or choke on.</summary>
    public static TheoryData<string> HardTexts => ["\"\\\u0000\u001f", "Jl. Ahmad Yani №1 — “RT 05”", "\ud83d\ude92", new string('x', 8_000), "</script>", "\u2028"];

    [Fact]
    public void Every_case_of_JournalEntry_has_a_sample()
    {
        var cases = typeof(JournalEntry).GetNestedTypes().Where(type => type.IsSubclassOf(typeof(JournalEntry))).Select(type => type.Name).Order();
        Assert.Equal(cases, s_samples.Select(sample => sample.GetType().Name).Order());
    }

    [Fact]
    public void Every_entry_reads_back_as_it_was_written()
    {
        foreach (var sample in s_samples)
        {
            var kind = JournalCodec.KindOf(sample);
            Assert.Equal(sample.GetType().Name, kind);
            var body = JournalCodec.Write(sample);
            var read = JournalCodec.Read(kind, body);
            Assert.Equal(body, JournalCodec.Write(read));
            // Records compare their lists by reference; all else of them must be equal.
            if (read is JournalEntry.DispatchStored { Dispatch: var dispatch } stored)
            {
                Assert.Equal(Samples.Dispatch().Zones, dispatch.Zones);
                read = stored with { Dispatch = dispatch with { Zones = Samples.Dispatch().Zones } };
                Assert.Equal(((JournalEntry.DispatchStored)sample).Dispatch with { Zones = null }, dispatch with { Zones = null });
                continue;
            }

            Assert.Equal(sample, read);
        }
    }

    [Theory]
    [MemberData(nameof(HardTexts))]
    public void Whatever_text_a_dispatch_carries_the_journal_gives_it_back(string text)
    {
        var dispatch = Samples.Dispatch() with { Incident = Samples.Dispatch().Incident! with { Narrative = text } };
        var entry = new JournalEntry.DispatchStored(Samples.At(0), dispatch, TimeSpan.Zero, Sounds: false);
        var read = Assert.IsType<JournalEntry.DispatchStored>(JournalCodec.Read("DispatchStored", JournalCodec.Write(entry)));
        Assert.Equal(text, read.Dispatch.Incident!.Narrative);
    }

    [Theory]
    [InlineData("Reported", "")]
    [InlineData("Reported", "null")]
    [InlineData("Reported", "[]")]
    [InlineData("Reported", "{\"at\":")]
    [InlineData("OfTheFuture", "{}")]
    public void A_row_that_cannot_be_read_is_a_JsonException(string kind, string body) =>
        Assert.Throws<JsonException>(() => JournalCodec.Read(kind, System.Text.Encoding.UTF8.GetBytes(body)));

    [Fact]
    public void The_empty_state_reads_back_usable()
    {
        var read = JournalCodec.ReadState(JournalCodec.Write(StationState.Empty));
        Assert.Equal(JournalCodec.Write(StationState.Empty), JournalCodec.Write(read));
        Assert.Equal(Senses.None, read.Senses);
        Assert.False(read.AnyWaits);
    }
}
