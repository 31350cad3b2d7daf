using Call112.Gateway.Cellular;
using Call112.Gateway.Tests.World;

namespace Call112.Gateway.Tests.Cellular;

/// <summary>F15: a tool that waits for a dead modem costs its deadline, and nothing more.</summary>
public sealed class ToolRunnerTests : IDisposable
{
    private readonly FakeModem _modem = new();

    public void Dispose() => _modem.Dispose();

    [Fact]
    public async Task A_tool_that_hangs_for_two_minutes_is_killed_with_its_children_at_the_deadline()
    {
        _modem.Put("hang", "");
        var began = TimeProvider.System.GetTimestamp();
        // Long enough for the script to tell its ids on a busy machine.
        var running = RunAsync(TimeSpan.FromSeconds(5));
        await Wait.UntilAsync(() => File.Exists(_modem.PathOf("hanging")) && File.ReadAllText(_modem.PathOf("hanging")).EndsWith('\n'), "the tool hangs");
        var result = await running;
        Assert.Equal(ToolEnd.TimedOut, result.End);
        Assert.Equal("did not end within 5 s and was killed", result.Failure);
        Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(25));
        foreach (var id in File.ReadAllText(_modem.PathOf("hanging")).Split(' ', '\n'))
            if (id.Length > 0)
                await Wait.UntilAsync(() => IsGone(id), $"process {id} is gone");
    }

    [Fact]
    public async Task Ten_megabytes_are_not_read()
    {
        _modem.Put("flood", "");
        var result = await RunAsync(TimeSpan.FromSeconds(20));
        Assert.Equal((ToolEnd.TooMuchOutput, "", "wrote more than 262144 bytes"), (result.End, result.Output, result.Failure));
    }

    [Fact]
    public async Task An_exit_code_is_named_with_the_first_line_of_the_complaint()
    {
        _modem.Put("code", "7");
        var result = await RunAsync(TimeSpan.FromSeconds(20));
        Assert.False(result.IsWell);
        Assert.Equal("exit code 7: error: couldn't find modem", result.Failure);
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_a_result_and_no_exception()
    {
        var result = await _modem.Tools.RunAsync(_modem.PathOf("no-such-tool"), [], TimeSpan.FromSeconds(5), CancellationToken.None);
        Assert.Equal(ToolEnd.NotStarted, result.End);
        Assert.StartsWith("cannot be started: ", result.Failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_gives_up_leaves_no_process_behind()
    {
        _modem.Put("hang", "");
        using var stop = new CancellationTokenSource();
        var running = _modem.Tools.RunAsync(_modem.PathOf("mmcli"), ["-L"], TimeSpan.FromMinutes(2), stop.Token);
        await Wait.UntilAsync(() => File.Exists(_modem.PathOf("hanging")) && File.ReadAllText(_modem.PathOf("hanging")).EndsWith('\n'), "the tool hangs");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        foreach (var id in File.ReadAllText(_modem.PathOf("hanging")).Split(' ', '\n'))
            if (id.Length > 0)
                await Wait.UntilAsync(() => IsGone(id), $"process {id} is gone");
    }

    private Task<ToolResult> RunAsync(TimeSpan deadline) => _modem.Tools.RunAsync(_modem.PathOf("mmcli"), ["-L", "-J"], deadline, CancellationToken.None);

    /// <summary>Gone, or dead and only not yet fetched by whoever must fetch it.</summary>
    private static bool IsGone(string id)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{id}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].StartsWith('Z');
        }
        catch (IOException)
        {
            return true;
        }
    }
}
