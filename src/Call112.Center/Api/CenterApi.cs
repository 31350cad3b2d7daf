using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Call112.Center.Book;
using Call112.Messages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Call112.Center.Api;

/// <summary>The HTTP API of the centre. It only translates: whatever it decides, the book decides.</summary>
internal static class CenterApi
{
    /// <summary>Largest body that is read, bytes: twice the contract's largest message.</summary>
    private const int BodyBytesMax = 2 * MessageReader.MaxBytes;

    /// <summary>A silent event stream gets a comment this often, so that both ends notice a dead connection.</summary>
    private static TimeSpan StreamCommentEvery => TimeSpan.FromSeconds(15);

    public static WebApplicationBuilder Builder(CenterOptions options)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = BodyBytesMax;
            kestrel.Listen(options.Listen);
        });
        builder.Logging.ClearProviders();
        builder.Logging.SetMinimumLevel(options.LogLevel);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
        builder.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiJsonContext.Default);
            json.SerializerOptions.Converters.Add(new UtcMillisecondsConverter());
        });
        builder.Services.AddProblemDetails();
        builder.Services.AddOpenApi(openApi => openApi.AddDocumentTransformer((document, _, _) =>
        {
            document.Info.Title = "Call112 centre";
            document.Info.Version = "1";
            document.Info.Description = "Dispatches to stations, their ladders, and the stations themselves. Every request carries X-Api-Key.";
            return Task.CompletedTask;
        }));
        return builder;
    }

    public static WebApplication Map(WebApplication app, CenterOptions options, CenterHost center)
    {
        app.UseExceptionHandler();
        app.UseMiddleware<ApiGuard>(options);
        app.MapOpenApi();
        app.MapGet("/healthz", () => Healthz(center)).WithSummary("Whether the centre works; no key needed.").Produces<Health>().Produces<Health>(503);
        MapDispatches(app.MapGroup("/api/dispatches").WithTags("dispatches"), center);
        MapStations(app.MapGroup("/api/stations").WithTags("stations"), center);
        app.MapPost("/api/sms", async Task<IResult> (HttpRequest request, CancellationToken cancel) =>
                ReadSms(await BodyAsync(request, cancel), out var error) is { } sms ? Result(await center.TakeSmsAsync(sms.Text, cancel)) : Invalid([error]))
            .WithSummary("A text that the SMS gateway has received: a station's answer on the last path. Only its seal decides.")
            .WithTags("sms").Accepts<SmsReceived>("application/json").Produces<DispatchAccepted>().ProducesValidationProblem().ProducesProblem(404).ProducesProblem(503);
        app.MapGet("/api/stream", async (HttpContext http, CancellationToken _) =>
            {
                await StreamAsync(http, center);
                return TypedResults.Empty;
            })
            .WithSummary("Server-sent events: 'dispatch' with its ladders and 'station', on every change.")
            .Produces(200, contentType: "text/event-stream");
        return app;
    }

    private static void MapDispatches(RouteGroupBuilder group, CenterHost center)
    {
        group.MapPost("", async Task<IResult> (HttpRequest request, CancellationToken cancel) =>
            {
                var (draft, errors) = DraftReader.ReadDraft(await BodyAsync(request, cancel));
                return draft is null ? Invalid(errors) : Result(await center.CreateDispatchAsync(draft, cancel), created: true);
            })
            .WithSummary("Send a dispatch to stations and groups. The body is the contract's dispatch without ids and times.")
            .Accepts<DispatchDraft>("application/json").Produces<DispatchAccepted>(201).ProducesValidationProblem().ProducesProblem(503);

        group.MapGet("", (bool? all, CancellationToken cancel) => center.DispatchesAsync(all ?? false, cancel))
            .WithSummary("The open dispatches, oldest first; with ?all=true also the closed ones.");

        group.MapGet("{id}", async Task<IResult> (string id, CancellationToken cancel) =>
                Guid.TryParse(id, out var dispatchId) && await center.FindDispatchAsync(dispatchId, cancel) is { } dispatch
                    ? TypedResults.Ok(dispatch)
                    : Missing($"no dispatch {id}"))
            .WithSummary("One dispatch with the ladder of each station.").Produces<DispatchView>().ProducesProblem(404);

        group.MapPost("{id}/cancel", async Task<IResult> (string id, CancellationToken cancel) =>
                Guid.TryParse(id, out var dispatchId) ? Result(await center.CancelDispatchAsync(dispatchId, cancel)) : Missing($"no dispatch {id}"))
            .WithSummary("Cancel a dispatch. A second time changes nothing.").Produces<DispatchAccepted>().ProducesProblem(404).ProducesProblem(503);

        group.MapPost("{id}/update", async Task<IResult> (string id, HttpRequest request, CancellationToken cancel) =>
            {
                if (!Guid.TryParse(id, out var dispatchId) || await center.FindDispatchAsync(dispatchId, cancel) is not { } present)
                    return Missing($"no dispatch {id}");
                var (incident, errors) = DraftReader.ReadChange(await BodyAsync(request, cancel), present.Incident);
                return incident is null ? Invalid(errors) : Result(await center.UpdateDispatchAsync(dispatchId, incident, present.Revision, cancel));
            })
            .WithSummary("Change fields of the incident; revision + 1.")
            .Accepts<IncidentChange>("application/json").Produces<DispatchAccepted>().ProducesValidationProblem().ProducesProblem(404).ProducesProblem(409);
    }

    private static void MapStations(RouteGroupBuilder group, CenterHost center)
    {
        group.MapGet("", (CancellationToken cancel) => center.StationsAsync(cancel))
            .WithSummary("Every station that was seen or is in the registry.");

        group.MapPost("{id}/commands", async Task<IResult> (string id, HttpRequest request, CancellationToken cancel) =>
            {
                var parsed = MessageReader.ReadCommand(Encoding.UTF8.GetBytes(await BodyAsync(request, cancel)));
                return parsed.Value switch
                {
                    null => Invalid(parsed.Errors),
                    { Update: { } offer } => Result(await center.OfferAsync(id, offer, cancel), accepted: true),
                    { Command: var command } => Result(await center.CommandAsync(id, command, cancel), accepted: true),
                };
            })
            .WithSummary("Ask something of a station: SelfTest, Identify, Silence, ReportNow, or Update with what is offered. Lives 60 s.")
            .Accepts<CommandRequest>("application/json").Produces(202).ProducesValidationProblem().ProducesProblem(404).ProducesProblem(503);
    }

    private static JsonHttpResult<Health> Healthz(CenterHost center)
    {
        var status = center.Fault ?? (center.IsConnected ? "ok" : "the broker cannot be reached");
        return TypedResults.Json(
            new Health(status, center.IsConnected, center.Fault), ApiJsonContext.Default.Health, statusCode: status == "ok" ? 200 : 503);
    }

    private static async Task StreamAsync(HttpContext http, CenterHost center)
    {
        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-store";
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        var changes = center.Observe(ended.Token);
        try
        {
            // The first line says that nothing is missed from here on.
            await http.Response.WriteAsync(": watching\n\n", ended.Token);
            await http.Response.Body.FlushAsync(ended.Token);
            while (await WaitAsync(changes, center, ended.Token) is { } some)
            {
                if (!some)
                    await http.Response.WriteAsync(": alive\n\n", ended.Token);
                while (changes.TryRead(out var change))
                    await http.Response.WriteAsync(EventOf(change), ended.Token);
                await http.Response.Body.FlushAsync(ended.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The reader has gone, or the centre stops.
        }
        finally
        {
            await ended.CancelAsync();
        }
    }

    /// <summary>True when a change waits, false when it is time for a comment, null at the end.</summary>
    private static async Task<bool?> WaitAsync(ChannelReader<CenterChange> changes, CenterHost center, CancellationToken ended)
    {
        using var comment = new CancellationTokenSource(StreamCommentEvery, center.NetworkTime);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ended, comment.Token);
        try
        {
            return await changes.WaitToReadAsync(either.Token) ? true : null;
        }
        catch (OperationCanceledException) when (!ended.IsCancellationRequested)
        {
            return false;
        }
    }

    private static string EventOf(CenterChange change) => change.Dispatch is { } dispatch
        ? $"event: dispatch\ndata: {JsonSerializer.Serialize(dispatch, ApiJsonContext.Default.DispatchView)}\n\n"
        : $"event: station\ndata: {JsonSerializer.Serialize(change.Station!, ApiJsonContext.Default.StationView)}\n\n";

    private static IResult Result(BookAnswer answer, bool created = false, bool accepted = false)
    {
        var reason = answer.Errors is [var first, ..] ? first.ToString() : null;
        switch (answer.Kind)
        {
            case AnswerKind.Done when accepted:
                return TypedResults.Accepted((string?)null);
            case AnswerKind.Done:
                var body = new DispatchAccepted(answer.DispatchId!.Value, answer.IncidentId!, answer.Revision, answer.Warnings ?? []);
                return created ? TypedResults.Created($"/api/dispatches/{body.DispatchId}", body) : TypedResults.Ok(body);
            case AnswerKind.Refused:
                return Invalid(answer.Errors ?? []);
            case AnswerKind.NotFound:
                return Missing(reason);
            case AnswerKind.Conflict:
                return TypedResults.Problem(reason, statusCode: 409, title: "Conflict");
            case AnswerKind.Unavailable:
                return TypedResults.Problem(reason, statusCode: 503, title: "Not done");
            default:
                throw new ArgumentOutOfRangeException(nameof(answer), answer.Kind, null);
        }
    }

    private static SmsReceived? ReadSms(string json, out FieldError error)
    {
        error = new FieldError("", "the body is not JSON with a text");
        try
        {
            return JsonSerializer.Deserialize(json, ApiJsonContext.Default.SmsReceived);
        }
        catch (JsonException e)
        {
            error = new FieldError((e.Path ?? "$").TrimStart('$').TrimStart('.'), "the body is not JSON with a text");
            return null;
        }
    }

    private static ProblemHttpResult Missing(string? detail) => TypedResults.Problem(detail, statusCode: 404, title: "Not found");

    private static ValidationProblem Invalid(IReadOnlyList<FieldError> errors) => TypedResults.ValidationProblem(
        errors.GroupBy(error => error.Field).ToDictionary(field => field.Key, field => field.Select(error => error.Reason).ToArray()),
        title: "The request is refused");

    private static async Task<string> BodyAsync(HttpRequest request, CancellationToken cancel)
    {
        using var reader = new StreamReader(request.Body, Encoding.UTF8);
        return await reader.ReadToEndAsync(cancel);
    }
}
