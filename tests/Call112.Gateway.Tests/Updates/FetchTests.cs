using Call112.Gateway.Tests.World;
using Call112.Gateway.Updates;
using Answer = Call112.Gateway.Tests.Updates.BundleServer.Answer;

namespace Call112.Gateway.Tests.Updates;

/// <summary>How a bundle comes over a line that breaks, from a server that has moods (decision 0024; F9, F19).</summary>
public sealed class FetchTests : IAsyncDisposable
{
    private const int Cut = 100_000;

    private readonly FetchDesk _desk = new();

    public ValueTask DisposeAsync() => _desk.DisposeAsync();

    [Fact]
    public async Task A_bundle_is_fetched_and_handed_to_the_installer_and_the_offer_is_dealt_with()
    {
        var server = _desk.Serve();
        Assert.True(await _desk.FetchAsync(_desk.Offer(server.Url)));
        _desk.AssertFetched();
        Assert.Equal([""], server.Ranges);
    }

    [Fact]
    public async Task What_had_come_before_the_line_broke_is_not_fetched_again()
    {
        var server = _desk.Serve(new Answer(Cut), new Answer(Cut));
        Assert.True(await _desk.FetchAsync(_desk.Offer(server.Url)));
        _desk.AssertFetched();
        Assert.Equal(["", $"bytes={Cut}-", $"bytes={2 * Cut}-"], server.Ranges);
    }

    [Fact]
    public async Task A_server_without_ranges_begins_anew()
    {
        var server = _desk.Serve(new Answer(Cut), new Answer(HasRanges: false));
        Assert.True(await _desk.FetchAsync(_desk.Offer(server.Url)));
        _desk.AssertFetched();
    }

    [Fact]
    public async Task A_server_without_ranges_on_a_line_that_breaks_is_asked_once_an_hour_only()
    {
        var clock = new TestClock();
        _desk.Time = clock;
        var server = _desk.Serve([.. Enumerable.Repeat(new Answer(Cut, HasRanges: false), 1 + OfferInHand.AnewMax)]);
        _desk.Put(_desk.Offer(server.Url));
        var fetching = _desk.RunAsync();
        await FetchDesk.PassAsync(clock, () => server.Ranges.Count == 1 + OfferInHand.AnewMax, "as often as it is borne");
        await FetchDesk.PassAsync(clock, () => _desk.Folder.Said() == "1.2.0: the server has no ranges, and the line breaks: again in an hour", "it is told");
        var told = clock.Monotonic;
        await FetchDesk.PassAsync(clock, () => clock.Monotonic - told > BundleDownload.LookEvery * 2, "it waits");
        clock.Advance(OfferInHand.AnewEvery - (BundleDownload.LookEvery * 4));
        await FetchDesk.PassAsync(clock, () => clock.Monotonic - told >= OfferInHand.AnewEvery - BundleDownload.LookEvery, "nearly the hour");
        Assert.Equal(1 + OfferInHand.AnewMax, server.Ranges.Count);
        await FetchDesk.PassAsync(clock, () => fetching.IsCompleted, "it is asked again");
        Assert.True(await fetching);
        _desk.AssertFetched();
    }

    [Fact]
    public async Task A_metered_line_is_not_paid_for_the_same_bytes_again_and_again()
    {
        var server = _desk.Serve([.. Enumerable.Repeat(new Answer(Cut, HasRanges: false), 2 + OfferInHand.AnewMax)]);
        Assert.False(await _desk.FetchAsync(_desk.Offer(server.Url, metered: true)));
        _desk.AssertGivenUp("the server has no ranges, and the line breaks");
        Assert.Equal(1 + OfferInHand.AnewMax, server.Ranges.Count);
    }

    [Theory]
    [InlineData("bytes 5-299999/300000", null)]
    [InlineData("bytes 100001-299999/300000", null)]
    [InlineData("lines 100000-299999/300000", null)]
    [InlineData("nothing that can be read", null)]
    [InlineData(null, 416)]
    public async Task Another_piece_than_the_one_that_is_missing_is_not_taken(string? contentRange, int? status)
    {
        var server = _desk.Serve(new Answer(Cut), new Answer(ContentRange: contentRange, Status: status));
        Assert.True(await _desk.FetchAsync(_desk.Offer(server.Url)));
        _desk.AssertFetched();
        Assert.Equal(["", $"bytes={Cut}-", ""], server.Ranges);
    }

    /// <summary>F9: a line that looks open and carries nothing.</summary>
    [Theory]
    [InlineData(Cut)]
    [InlineData(0)]
    public async Task A_server_that_falls_silent_is_left_after_30_s(int cut)
    {
        var clock = new TestClock();
        _desk.Time = clock;
        var server = _desk.Serve(new Answer(cut, Silent: true));
        _desk.Put(_desk.Offer(server.Url));
        var fetching = _desk.RunAsync();
        await Wait.UntilAsync(
            () => new FileInfo(_desk.In($"{_desk.Sha256}.part")) is { Exists: true } part && part.Length == cut, "the beginning has come");

        var passed = await FetchDesk.PassAsync(clock, () => server.Ranges.Count == 2, "it is asked again");
        Assert.InRange(passed, BundleDownload.StallAfter, BundleDownload.StallAfter * 4);
        Assert.True(await fetching);
        _desk.AssertFetched();
        Assert.Equal(["", cut == 0 ? "" : $"bytes={Cut}-"], server.Ranges);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task More_bytes_than_were_offered_end_the_matter(bool tellsLength)
    {
        var server = _desk.Serve(new Answer(TellsLength: tellsLength));
        Assert.False(await _desk.FetchAsync(_desk.Offer(server.Url, bytes: _desk.Content.Length - 1)));
        _desk.AssertGivenUp("the server has 300000 bytes or more, 299999 were offered");
        Assert.Equal([""], server.Ranges);
    }

    [Fact]
    public async Task A_server_that_has_less_yet_is_asked_again_and_what_it_has_is_not_fetched()
    {
        var server = _desk.Serve(new Answer(Content: _desk.Content[..1_000]));
        Assert.True(await _desk.FetchAsync(_desk.Offer(server.Url)));
        _desk.AssertFetched();
        Assert.Equal(["", ""], server.Ranges);
    }

    [Fact]
    public async Task A_bundle_with_a_wrong_hash_is_fetched_once_more_and_then_given_up()
    {
        var server = _desk.Serve();
        var other = new string('0', 64);
        Assert.False(await _desk.FetchAsync(_desk.Offer(server.Url, sha256: other)));
        Assert.Equal([other], _desk.LinesOf(UpdateFolder.GivenUpFile));
        Assert.Equal("1.2.0: given up: its SHA-256 is not the one that was offered", _desk.Folder.Said());
        Assert.Equal(["", ""], server.Ranges);
        Assert.False(File.Exists(_desk.In($"{other}.part")));
    }

    /// <summary>F1: of a part that a power cut has spoilt the second fetch is right.</summary>
    [Fact]
    public async Task A_part_that_was_spoilt_costs_one_more_fetch_and_no_more()
    {
        var server = _desk.Serve();
        await File.WriteAllBytesAsync(_desk.In($"{_desk.Sha256}.part"), new byte[Cut], TestContext.Current.CancellationToken);
        Assert.True(await _desk.FetchAsync(_desk.Offer(server.Url)));
        _desk.AssertFetched();
        Assert.Equal([$"bytes={Cut}-", ""], server.Ranges);
    }

    [Fact]
    public async Task What_a_server_says_is_told_and_asked_again()
    {
        var clock = new TestClock();
        _desk.Time = clock;
        var server = _desk.Serve(new Answer(Status: 404));
        _desk.Put(_desk.Offer(server.Url));
        var fetching = _desk.RunAsync();
        await Wait.UntilAsync(() => _desk.Folder.Said() == "1.2.0: cannot be fetched now (lan: the server says 404)", "it is told");
        await FetchDesk.PassAsync(clock, () => server.Ranges.Count == 2, "it is asked again");
        Assert.True(await fetching);
        _desk.AssertFetched();
    }

    [Fact]
    public async Task The_version_that_runs_is_not_fetched_and_what_is_left_of_it_is_taken_away()
    {
        var server = _desk.Serve();
        _desk.System = FetchDesk.Version;
        await File.WriteAllBytesAsync(_desk.In($"{_desk.Sha256}.raucb"), _desk.Content, TestContext.Current.CancellationToken);
        Assert.True(await _desk.FetchAsync(_desk.Offer(server.Url)));
        Assert.Equal("1.2.0: runs", _desk.Folder.Said());
        Assert.Equal([_desk.In(UpdateFolder.SaidFile)], Directory.EnumerateFiles(_desk.Path));
        Assert.Empty(server.Ranges);
    }

    [Theory]
    [InlineData(UpdateFolder.GivenUpFile)]
    [InlineData(UpdateFolder.RefusedFile)]
    public async Task A_bundle_that_was_given_up_or_did_not_prove_itself_is_not_fetched_again(string list)
    {
        var server = _desk.Serve();
        await File.WriteAllLinesAsync(_desk.In(list), [new string('1', 64), _desk.Sha256], TestContext.Current.CancellationToken);
        Assert.False(await _desk.FetchAsync(_desk.Offer(server.Url)));
        Assert.Equal("1.2.0: was given up before, and is not fetched again", _desk.Folder.Said());
        Assert.Null(_desk.Folder.Waiting());
        Assert.Empty(server.Ranges);
    }

    [Fact]
    public async Task A_newer_offer_replaces_the_one_that_is_being_fetched_within_seconds()
    {
        var clock = new TestClock();
        _desk.Time = clock;
        await using var newer = new FetchDesk(20_000);
        var (slow, server) = (_desk.Serve(new Answer(Trickles: true)), newer.Serve());
        _desk.Put(_desk.Offer(slow.Url, "1.1.9"));
        var fetching = _desk.RunAsync();
        await Wait.UntilAsync(() => _desk.Folder.Said() == "1.1.9: is being fetched", "the first bytes come");
        _desk.Put(newer.Offer(server.Url));
        var passed = await FetchDesk.PassAsync(clock, () => server.Ranges.Count > 0, "the newer one is asked for");
        Assert.InRange(passed, TimeSpan.Zero, TimeSpan.FromSeconds(30));
        Assert.True(await fetching);
        Assert.Equal([$"{newer.Sha256}.raucb", "1.2.0"], _desk.LinesOf(UpdateFolder.NextFile));
        Assert.False(File.Exists(_desk.In($"{_desk.Sha256}.part")));
    }

    [Fact]
    public async Task Where_there_is_no_room_it_waits_and_says_what_it_needs()
    {
        var clock = new TestClock();
        (_desk.Time, _desk.Free) = (clock, OfferInHand.KeptFree + _desk.Content.Length - 1);
        var server = _desk.Serve();
        _desk.Put(_desk.Offer(server.Url));
        var fetching = _desk.RunAsync();
        await Wait.UntilAsync(() => _desk.Folder.Said() == "1.2.0: needs 65 MiB of free disk, 64 are there", "it is told");
        Assert.Empty(server.Ranges);
        _desk.Free++;
        await FetchDesk.PassAsync(clock, () => server.Ranges.Count > 0, "it is fetched");
        Assert.True(await fetching);
        _desk.AssertFetched();
    }

    [Fact]
    public async Task Bytes_that_are_there_already_need_no_room()
    {
        await File.WriteAllBytesAsync(_desk.In($"{_desk.Sha256}.part"), _desk.Content[..Cut], TestContext.Current.CancellationToken);
        _desk.Free = OfferInHand.KeptFree + _desk.Content.Length - Cut;
        Assert.True(await _desk.FetchAsync(_desk.Offer(_desk.Serve().Url)));
        _desk.AssertFetched();
    }

    /// <summary>F2: whatever lies there.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{\"command\":\"Update\"}")]
    [InlineData("{\"command\":\"Identify\"}")]
    public async Task An_offer_that_is_none_is_named_and_taken_away(string content)
    {
        await File.WriteAllTextAsync(_desk.In(UpdateFolder.OfferFile), content, TestContext.Current.CancellationToken);
        Assert.False(await _desk.RunAsync());
        Assert.StartsWith("the offer cannot be read: ", _desk.Folder.Said(), StringComparison.Ordinal);
        Assert.Null(_desk.Folder.Waiting());
    }

    [Fact]
    public async Task The_bundle_that_the_installer_has_in_hand_stays_until_a_newer_one_is_whole()
    {
        var (held, left) = (new string('1', 64), new string('2', 64));
        foreach (var bundle in new[] { held, left })
            await File.WriteAllTextAsync(_desk.In($"{bundle}.raucb"), "x", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(_desk.In(UpdateFolder.NextFile), $"{held}.raucb\n1.1.9\n", TestContext.Current.CancellationToken);
        _desk.Folder.Tidy(_desk.Offer("http://127.0.0.1/").Update);
        Assert.Equal((true, false), (File.Exists(_desk.In($"{held}.raucb")), File.Exists(_desk.In($"{left}.raucb"))));
        Assert.True(await _desk.FetchAsync(_desk.Offer(_desk.Serve().Url)));
        _desk.AssertFetched();
    }

    [Fact]
    public void An_offer_that_came_while_the_last_one_was_dealt_with_is_not_taken_away_with_it()
    {
        var (first, second) = (_desk.Offer("http://127.0.0.1/1"), _desk.Offer("http://127.0.0.1/2"));
        _desk.Put(first);
        var dealt = _desk.Folder.Waiting()!;
        _desk.Put(second);
        var newer = _desk.Folder.Waiting();
        _desk.Folder.Deal(dealt);
        Assert.Equal(newer, _desk.Folder.Waiting());
        _desk.Folder.Deal(newer!);
        Assert.Empty(Directory.EnumerateFiles(_desk.Path));
    }
}
