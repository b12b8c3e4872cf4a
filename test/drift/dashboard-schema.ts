const datasource = {
  type: 'object',
  required: ['type', 'uid'],
  properties: { type: { const: 'prometheus' }, uid: { const: '${datasource}' } },
  additionalProperties: false,
};

const gridPos = {
  type: 'object',
  required: ['x', 'y', 'w', 'h'],
  properties: {
    x: { type: 'integer', minimum: 0, maximum: 23 },
    y: { type: 'integer', minimum: 0 },
    w: { type: 'integer', minimum: 1, maximum: 24 },
    h: { type: 'integer', minimum: 1 },
  },
  additionalProperties: false,
};

const target = {
  type: 'object',
  required: ['datasource', 'expr', 'refId'],
  properties: {
    datasource,
    expr: { type: 'string', minLength: 1 },
    refId: { type: 'string', pattern: '^[A-Z]$' },
    legendFormat: { type: 'string' },
    instant: { type: 'boolean' },
  },
  additionalProperties: false,
};

const row = {
  type: 'object',
  required: ['id', 'type', 'title', 'gridPos', 'panels'],
  properties: {
    ...{ id: { type: 'integer', minimum: 1 }, type: { const: 'row' }, title: { type: 'string' }, gridPos },
    ...{ collapsed: { type: 'boolean' }, panels: { type: 'array', maxItems: 0 } },
  },
  additionalProperties: false,
};

const panel = {
  type: 'object',
  required: ['id', 'type', 'title', 'description', 'gridPos', 'datasource', 'targets', 'fieldConfig', 'options'],
  properties: {
    ...{ id: { type: 'integer', minimum: 1 }, type: { enum: ['stat', 'timeseries'] }, title: { type: 'string', minLength: 1 } },
    ...{ description: { type: 'string' }, gridPos, datasource, targets: { type: 'array', minItems: 1, items: target } },
    fieldConfig: {
      type: 'object',
      required: ['defaults', 'overrides'],
      properties: {
        defaults: { type: 'object', required: ['unit'], properties: { unit: { type: 'string', minLength: 1 } } },
        overrides: { type: 'array' },
      },
      additionalProperties: false,
    },
    options: { type: 'object' },
  },
  additionalProperties: false,
};

const variable = {
  type: 'object',
  required: ['type', 'name', 'label', 'query'],
  properties: {
    type: { enum: ['datasource', 'query'] },
    name: { enum: ['datasource', 'job', 'instance'] },
    label: { type: 'string' },
    query: {
      anyOf: [
        { type: 'string', minLength: 1 },
        { type: 'object', required: ['query'], properties: { query: { type: 'string' } } },
      ],
    },
  },
};

/** What Grafana reads of a dashboard in its JSON model, as far as ours uses it; nothing beside that. */
export const DASHBOARD_SCHEMA = {
  type: 'object',
  required: ['uid', 'title', 'schemaVersion', 'templating', 'panels', 'time'],
  properties: {
    uid: { type: 'string', pattern: '^[a-zA-Z0-9_-]{1,40}$' },
    ...{ title: { type: 'string', minLength: 1 }, description: { type: 'string' }, tags: { type: 'array', items: { type: 'string' } } },
    ...{ schemaVersion: { type: 'integer', minimum: 36 }, version: { type: 'integer' }, editable: { type: 'boolean' } },
    ...{ graphTooltip: { enum: [0, 1, 2] }, refresh: { type: 'string' }, timezone: { enum: ['browser', 'utc'] } },
    time: { type: 'object', required: ['from', 'to'], properties: { from: { type: 'string' }, to: { type: 'string' } } },
    templating: { type: 'object', required: ['list'], properties: { list: { type: 'array', items: variable } } },
    annotations: { type: 'object', required: ['list'], properties: { list: { type: 'array' } } },
    panels: { type: 'array', minItems: 1, items: { anyOf: [row, panel] } },
  },
  additionalProperties: false,
};
