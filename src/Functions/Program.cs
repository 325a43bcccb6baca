using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using ServerlessRosa.Core;
using ServerlessRosa.Functions.Central;
using ServerlessRosa.Functions.CommCare;
using ServerlessRosa.Functions.OData;
using ServerlessRosa.Functions.OpenApi;
using ServerlessRosa.Functions.Pipeline;
using ServerlessRosa.Functions.Web;

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
builder.UseMiddleware(
    (context, next) =>
    {
        context.GetHttpContext()?.Features.Set(context.FunctionDefinition);
        return next();
    }
);
if (builder.Configuration.GetValue<bool>($"{RosaOptions.Section}:{nameof(RosaOptions.ReportStorageOperations)}"))
{
    builder.UseMiddleware(
        (context, next) =>
        {
            DeclaredQuery.Require(context);
            return next();
        }
    );
}

// Four messages per request, each of which the worker would send to the host. The host logs the call itself.
builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);

builder.Services.AddRosaCore(builder.Configuration);
builder
    .Services.AddOptions<RosaOptions>()
    .Bind(builder.Configuration.GetSection(RosaOptions.Section))
    .ValidateDataAnnotations()
    .ValidateOnStart();
builder
    .Services.AddOptions<KestrelServerOptions>()
    .Configure<IOptions<RosaOptions>>(
        (kestrel, rosa) =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = rosa.Value.MaxReadBytes;
        }
    );

builder.Services.AddSingleton<EndpointPipeline>();
builder.Services.AddSingleton<RequestAuthenticator>();
builder.Services.AddSingleton<DomainAuthenticator>();
builder.Services.AddSingleton<DomainApi>();
builder.Services.AddSingleton<SheetBody>();
builder.Services.AddSingleton<SheetUploads>();
builder.Services.AddSingleton<MakeRestore>();
builder.Services.AddSingleton<UserCaseUpdates>();
builder.Services.AddSingleton<Links>();
builder.Services.AddSingleton<XmlBody>();
builder.Services.AddSingleton<FormBody>();
builder.Services.AddSingleton<FormShapes>();
builder.Services.AddSingleton<ProjectShapes>();
builder.Services.AddSingleton<DatasetShapes>();
builder.Services.AddSingleton<EntityCsv>();
builder.Services.AddSingleton<EntityODataAnswers>();
builder.Services.AddSingleton<EntityShapes>();
builder.Services.AddSingleton<AccountShapes>();
builder.Services.AddSingleton<AccountMail>();
builder.Services.AddSingleton<AuditShapes>();
builder.Services.AddSingleton<AssignmentLog>();
builder.Services.AddSingleton<SubmissionShapes>();
builder.Services.AddSingleton<GeoJsonAnswers>();
builder.Services.AddSingleton<SubmissionAnswers>();
builder.Services.AddSingleton<ODataAnswers>();
builder.Services.AddSingleton<ConsoleFiles>();
builder.Services.AddSingleton<ConsolePolicy>();

builder.Build().Run();
