using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Call112.Gateway.Board;
using Call112.Gateway.Commissioning;
using Call112.Gateway.Messaging;
using Call112.Gateway.Options;
using Call112.Gateway.Time;
using Call112.Messages;
using Call112.Station;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Call112.Gateway.Panel;

/// <summary>Routes of the panel: page, snapshot, stream, touch buttons; and, on a simulated board only, the board itself.</summary>
internal static class PanelEndpoints
{
    /// <summary>A stream says something at least this often, so that a page can tell a quiet station from a dead one.</summary>
    private static readonly TimeSpan s_streamEvery = TimeSpan.FromSeconds(2);

    /// <summary>How long a press by <c>POST …/press</c> holds the button.</summary>
    private static readonly TimeSpan s_press = TimeSpan.FromMilliseconds(150);

    private static readonly TimeSpan s_lookAgain = TimeSpan.FromMilliseconds(10);

    /// <summary>How long it is released before the answer.</summary>
    private static readonly TimeSpan s_release = TimeSpan.FromMilliseconds(150);

    public static void Map(
        WebApplication app, GatewayOptions options, StationLoop station, IBoard board, StationClock clock, AcceptanceWatch? acceptance)
    {
        var simulated = board as SimulatedBoard;
        PageFiles.Map(app);
        StationView View() =>
            StationView.Of(station.State, options, station.Now(), simulated is not null) with { Service = acceptance?.Present.Service };
        app.MapGet("/api/station", () => TypedResults.Json(View(), PanelJsonContext.Default.StationView));
        app.MapGet("/api/station/stream", (HttpContext context, CancellationToken aborted) => StreamAsync(
            context, "station", View, PanelJsonContext.Default.StationView, handler => station.Changed += handler, handler => station.Changed -= handler, clock, aborted));
        app.MapPost("/api/station/actions", (HttpContext context, CancellationToken aborted) =>
            WithBodyAsync(context, PanelJsonContext.Default.ActionBody, body => ActAsync(body, station), aborted));
        app.MapPost("/api/station/self-test", async Task<IResult> (HttpContext context) =>
        {
            // As for the bodies: no foreign page can send this without asking first.
            if (!context.Request.HasJsonContentType())
                return TypedResults.StatusCode(StatusCodes.Status415UnsupportedMediaType);
            await station.PostAsync(new StationInput.SelfTestAsked());
            return TypedResults.NoContent();
        });
        if (simulated is not null)
            MapBoard(app, simulated, clock);
    }

    private static void MapBoard(WebApplication app, SimulatedBoard board, StationClock clock)
    {
        BoardView View() => BoardView.Of(board.Outputs, board.Inputs);
        app.MapGet("/api/board", () => TypedResults.Json(View(), PanelJsonContext.Default.BoardView));
        app.MapGet("/api/board/stream", (HttpContext context, CancellationToken aborted) => StreamAsync(
            context, "board", View, PanelJsonContext.Default.BoardView, handler => board.Changed += handler, handler => board.Changed -= handler, clock, aborted));
        app.MapPost("/api/board/inputs/{name}", (string name, HttpContext context, CancellationToken aborted) =>
            WithBodyAsync(context, PanelJsonContext.Default.InputBody, body => Task.FromResult(SetInput(name, body, board)), aborted));
        app.MapPost("/api/board/inputs/{name}/press", async Task<IResult> (string name) =>
        {
            if (Levels.InputNamed(name) is not { } input)
                return NoSuchInput(name);
            board.Set(input, true);
            await StayAsync(board, s_press, clock);
            board.Set(input, false);
            // Until the release has settled too: the next press is then a press of its own.
            await StayAsync(board, s_release, clock);
            return TypedResults.NoContent();
        });
    }

    /// <summary>
    /// For a time, and until the station has really looked: on a machine that stood still for a moment the time alone would be a press that nobody saw.
    /// </summary>
    private static async Task StayAsync(SimulatedBoard board, TimeSpan time, StationClock clock)
    {
        const int looksMin = 6, triesMax = 100;
        var looks = board.Looks;
        await Task.Delay(time, clock.Time);
        for (var tries = 0; board.Looks - looks < looksMin && tries < triesMax; tries++)
            await Task.Delay(s_lookAgain, clock.Time);
    }

    private static IResult SetInput(string name, InputBody body, SimulatedBoard board)
    {
        if (Levels.InputNamed(name) is not { } input)
            return NoSuchInput(name);
        if (body.Pressed is not { } pressed)
            return Refused("pressed", "must be true or false");
        board.Set(input, pressed);
        return TypedResults.NoContent();
    }

    /// <summary>
    /// Reads a JSON body; one that cannot be read is refused like a wrong field, by its name. Only with a JSON content type, which a foreign
    /// page cannot send without asking first.
    /// </summary>
    private static async Task<IResult> WithBodyAsync<T>(HttpContext context, JsonTypeInfo<T> type, Func<T, Task<IResult>> act, CancellationToken aborted)
    {
        if (!context.Request.HasJsonContentType())
            return TypedResults.StatusCode(StatusCodes.Status415UnsupportedMediaType);
        try
        {
            return await JsonSerializer.DeserializeAsync(context.Request.Body, type, aborted) is { } body ? await act(body) : Refused("", "must be a JSON object");
        }
        catch (JsonException e)
        {
            return Refused((e.Path ?? "").TrimStart('$').TrimStart('.'), "is not the JSON that is expected here");
        }
    }

    private static async Task<IResult> ActAsync(ActionBody body, StationLoop station)
    {
        if (!TryName<PanelAction>(body.Action, out var action))
            return Refused("action", $"must be one of {string.Join(' ', Enum.GetNames<PanelAction>())}");
        Guid? id = null;
        if (body.DispatchId is not null)
        {
            if (!Guid.TryParseExact(body.DispatchId, "D", out var parsed))
                return Refused("dispatchId", "must be a UUID");
            if (station.State.Find(parsed) is null)
                return Refused("dispatchId", "no open dispatch of this station");
            id = parsed;
        }

        DeclineReason? reason = null;
        if (body.Reason is not null)
            if (TryName<DeclineReason>(body.Reason, out var named))
                reason = named;
            else
                return Refused("reason", $"must be one of {string.Join(' ', Enum.GetNames<DeclineReason>())}");
        Outcome? outcome = null;
        if (body.Outcome is not null)
            if (TryName<Outcome>(body.Outcome, out var named))
                outcome = named;
            else
                return Refused("outcome", $"must be one of {string.Join(' ', Enum.GetNames<Outcome>())}");
        await station.PostAsync(new StationInput.PanelTouched(action, id, reason, outcome));
        return TypedResults.NoContent();
    }

    /// <summary>Server-sent events: the picture at once, at every change, and at least every two seconds.</summary>
    private static async Task StreamAsync<T>(
        HttpContext context, string name, Func<T> view, JsonTypeInfo<T> type, Action<Action> subscribe, Action<Action> unsubscribe, StationClock clock, CancellationToken aborted)
    {
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        var changed = new Signal();
        subscribe(changed.Set);
        try
        {
            while (!aborted.IsCancellationRequested)
            {
                await context.Response.WriteAsync($"event: {name}\ndata: {JsonSerializer.Serialize(view(), type)}\n\n", aborted);
                await context.Response.Body.FlushAsync(aborted);
                await changed.WaitAsync(s_streamEvery, clock.Time, aborted);
            }
        }
        catch (OperationCanceledException)
        {
            // The page was closed.
        }
        finally
        {
            unsubscribe(changed.Set);
        }
    }

    private static bool TryName<T>(string? text, out T value)
        where T : struct, Enum => Enum.TryParse(text, out value) && Enum.GetName(value) == text;

    private static JsonHttpResult<Refusal> NoSuchInput(string name) =>
        TypedResults.Json(Refusal.Of("name", $"no input '{name}'; there are {string.Join(' ', Levels.AllInputs.Select(Levels.NameOf))}"), PanelJsonContext.Default.Refusal, statusCode: StatusCodes.Status404NotFound);

    private static JsonHttpResult<Refusal> Refused(string field, string reason) =>
        TypedResults.Json(Refusal.Of(field, reason), PanelJsonContext.Default.Refusal, statusCode: StatusCodes.Status400BadRequest);
}
